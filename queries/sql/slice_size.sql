-- One row: how large the slice is and what is typical of it.
-- conversation_count       bigint  conversations
-- message_count            bigint  messages
-- model_count              bigint  distinct models
-- language_count           bigint  distinct languages, `unknown` counted as one
-- mean_turn_count          double  mean turns of a conversation; null for an empty slice
-- mean_prompt_chars        double  mean characters of a user message
-- mean_response_chars      double  mean characters of an assistant message
-- flagged_count            bigint  conversations with a flagged message
-- redacted_count           bigint  conversations with redacted names
select
    count(*) as conversation_count,
    coalesce(sum(message_count), 0)::bigint as message_count,
    count(distinct model) as model_count,
    count(distinct language) as language_count,
    avg(turn_count) as mean_turn_count,
    sum(prompt_chars) / nullif(sum(user_message_count), 0) as mean_prompt_chars,
    sum(response_chars) / nullif(sum(assistant_message_count), 0) as mean_response_chars,
    coalesce(count_if(is_flagged), 0)::bigint as flagged_count,
    coalesce(count_if(is_redacted), 0)::bigint as redacted_count
from slice
