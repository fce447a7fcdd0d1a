-- One row per class of repetition: how many conversations of the store share a first prompt.
-- low_count           bigint  fewest conversations per prompt: a power of two
-- high_count          bigint  most conversations per prompt
-- conversation_count  bigint  conversations of the slice with such a prompt, at least 1
-- slice_share         double  fraction of the slice's conversations with a first prompt, 0 to 1
with sizes as (
    select
        prompt_group_size,
        count(*) as conversation_count
    from slice
    where prompt_group_size is not null
    group by prompt_group_size
),

classes as (
    select
        floor(log2(prompt_group_size))::integer as class,
        sum(conversation_count)::bigint as conversation_count
    from sizes
    group by class
)

select
    (1 << class)::bigint as low_count,
    ((2 << class) - 1)::bigint as high_count,
    conversation_count,
    conversation_count / sum(conversation_count) over () as slice_share
from classes
order by low_count
