-- One row per number of turns in the slice, ascending; null is left out.
-- turn_count          bigint  number of turns, as published
-- conversation_count  bigint  at least 1
-- slice_share         double  fraction of the slice, 0 to 1
with turns as (
    select
        turn_count,
        count(*) as conversation_count
    from slice
    group by turn_count
),

shares as (
    select
        turn_count,
        conversation_count,
        conversation_count / sum(conversation_count) over () as slice_share
    from turns
)

select
    turn_count,
    conversation_count,
    slice_share
from shares
where turn_count is not null
order by turn_count
