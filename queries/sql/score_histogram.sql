-- One row per role and score level of a category ($category), of messages with verdict and score.
-- role           varchar  user or assistant
-- level          integer  level: how many SCORE_STEPS the score reaches
-- message_count  bigint   messages, at least 1
-- flagged_count  bigint   those flagged in the category
-- Column names have `_` where category names have `/` or `-`.
with judged as (
    select
        role,
        columns(
            lambda name: name = 'level_' || translate($category, '/-', '__')
        ) as level,
        columns(
            lambda name: name = 'is_flagged_' || translate($category, '/-', '__')
        ) as is_flagged_so,
        count(*) as message_count
    from slice_messages
    where role in ('user', 'assistant') and is_flagged is not null
    group by all
)

select
    role::varchar as role,
    level::integer as level,
    sum(message_count)::bigint as message_count,
    coalesce(sum(message_count) filter (is_flagged_so), 0)::bigint as flagged_count
from judged
where judged.level is not null
group by judged.role, judged.level
order by judged.role desc, judged.level
