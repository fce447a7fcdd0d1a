-- One row per class of first prompts: how many conversations of the store share one.
-- low_count           bigint  fewest conversations of a prompt of the class: a power of two
-- high_count          bigint  most of them
-- conversation_count  bigint  conversations of the slice with such a prompt, at least 1
-- slice_share         double  fraction of the conversations of the slice that have a first prompt
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
