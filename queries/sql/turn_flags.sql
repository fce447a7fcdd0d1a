-- One row per turn number and role in the slice: messages, those with a verdict, flagged ones.
-- turn_number    integer  turn number, from 1
-- role           varchar  user or assistant
-- message_count  bigint   messages of the role in that turn, at least 1
-- judged_count   bigint   those with a verdict
-- flagged_count  bigint   flagged messages
select
    turn_number,
    role::varchar as role,
    count(*) as message_count,
    count(is_flagged) as judged_count,
    coalesce(count_if(is_flagged), 0)::bigint as flagged_count
from slice_messages
where role in ('user', 'assistant')
group by turn_number, role
order by turn_number, role desc
