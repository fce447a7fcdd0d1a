-- One row: how many messages of $role (user, assistant or any) thresholds can be tried on.
-- message_count              bigint  messages of the role
-- scored_message_count       bigint  those with a verdict and a score
-- conversation_count         bigint  conversations with a message of the role
-- scored_conversation_count  bigint  those whose messages of the role all have both
with counts as (
    select
        case when $role = 'assistant' then 0 else user_message_count end
        + case when $role = 'user' then 0 else assistant_message_count end as messages,
        case when $role = 'assistant' then 0 else user_scored_count end
        + case when $role = 'user' then 0 else assistant_scored_count end as scored
    from slice
)

select
    coalesce(sum(messages), 0)::bigint as message_count,
    coalesce(sum(scored), 0)::bigint as scored_message_count,
    count(*) filter (messages > 0) as conversation_count,
    count(*) filter (messages > 0 and scored = messages) as scored_conversation_count
from counts
