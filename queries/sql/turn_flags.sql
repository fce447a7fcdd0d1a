-- One row per turn number and role in the slice: messages, and how many of them are flagged.
-- turn_number    integer  the turn, from 1
-- role           varchar  user or assistant
-- message_count  bigint   messages of the role in that turn, at least 1
-- flagged_count  bigint   flagged ones
select
    turn_number,
    role::varchar as role,
    count(*) as message_count,
    coalesce(count_if(is_flagged), 0)::bigint as flagged_count
from slice_messages
where role in ('user', 'assistant')
group by turn_number, role
order by turn_number, role desc
