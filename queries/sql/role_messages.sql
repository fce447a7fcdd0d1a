-- One row per role with messages in the slice: how many there are to be judged; user first.
-- role                varchar  user or assistant
-- message_count       bigint   messages of the role
-- conversation_count  bigint   conversations with a message of the role
with totals as (
    select
        'user' as role,
        sum(user_message_count) as message_count,
        coalesce(count_if(user_message_count > 0), 0) as conversation_count
    from slice
    union all
    select
        'assistant' as role,
        sum(assistant_message_count) as message_count,
        coalesce(count_if(assistant_message_count > 0), 0) as conversation_count
    from slice
)

select
    role,
    message_count::bigint as message_count,
    conversation_count::bigint as conversation_count
from totals
where message_count > 0
order by role desc
