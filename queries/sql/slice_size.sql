-- One row: the size of the slice and its averages.
-- conversation_count       bigint  conversations
-- message_count            bigint  messages
-- model_count              bigint  distinct models
-- language_count           bigint  distinct languages; `unknown` is a language
-- mean_turn_count          double  mean number of turns per conversation; null for an empty slice
-- mean_prompt_chars        double  mean characters of a user message
-- mean_response_chars      double  mean characters of an assistant message
-- flagged_count            bigint  conversations with a flagged message
-- judged_count             bigint  conversations that are known to be flagged, or not to be
-- category_judged_count    bigint  these, and those flagged in a category without a verdict
-- redacted_count           bigint  redacted conversations
select
    count(*) as conversation_count,
    coalesce(sum(message_count), 0)::bigint as message_count,
    count(distinct model) as model_count,
    count(distinct language) as language_count,
    avg(turn_count) as mean_turn_count,
    sum(prompt_chars) / nullif(sum(user_message_count), 0) as mean_prompt_chars,
    sum(response_chars) / nullif(sum(assistant_message_count), 0) as mean_response_chars,
    coalesce(count_if(is_flagged), 0)::bigint as flagged_count,
    count(is_flagged) as judged_count,
    coalesce(count_if(is_flagged is not null or len(flagged_categories) > 0), 0)::bigint
        as category_judged_count,
    coalesce(count_if(is_redacted), 0)::bigint as redacted_count
from slice
