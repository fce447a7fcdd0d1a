-- One row per role with messages in the slice, user first: the totals for its shares.
-- role                       varchar  user or assistant
-- message_count              bigint   messages of the role
-- judged_message_count       bigint   those with a verdict
-- conversation_count         bigint   conversations with a message of the role
-- judged_conversation_count  bigint   those known to have a flagged one, or to have none
with totals as (
    select
        'user' as role,
        sum(user_message_count) as message_count,
        sum(user_verdict_count) as judged_message_count,
        coalesce(count_if(user_message_count > 0), 0) as conversation_count,
        count(is_user_flagged) filter (user_message_count > 0) as judged_conversation_count
    from slice
    union all
    select
        'assistant' as role,
        sum(assistant_message_count) as message_count,
        sum(assistant_verdict_count) as judged_message_count,
        coalesce(count_if(assistant_message_count > 0), 0) as conversation_count,
        count(is_assistant_flagged) filter (
            assistant_message_count > 0
        ) as judged_conversation_count
    from slice
)

select
    role,
    message_count::bigint as message_count,
    judged_message_count::bigint as judged_message_count,
    conversation_count::bigint as conversation_count,
    judged_conversation_count::bigint as judged_conversation_count
from totals
where message_count > 0
order by role desc
