-- One row: the measures by which two slices are compared.
-- conversation_count        bigint  conversations
-- turn_known_count          bigint  conversations with a known number of turns
-- mean_turn_count           double  mean number of turns; null for an empty slice
-- turn_count_deviation      double  standard deviation of the number of turns
-- with_user_count           bigint  conversations with a user message
-- mean_prompt_chars         double  mean characters of all user messages of one with any
-- prompt_chars_deviation    double  their standard deviation
-- with_assistant_count      bigint  conversations with an assistant message
-- mean_response_chars       double  mean characters of all assistant messages of one with any
-- response_chars_deviation  double  their standard deviation
-- flagged_count             bigint  conversations with a flagged message
-- user_flagged_count        bigint  conversations with a flagged user message
-- assistant_flagged_count   bigint  conversations with a flagged assistant message
-- both_flagged_count        bigint  conversations with both
-- judged_count              bigint  conversations that are known to be flagged, or not to be
-- user_judged_count         bigint  the same for user messages
-- assistant_judged_count    bigint  the same for assistant messages
-- both_judged_count         bigint  with a flagged user message, the assistant's verdict known
-- redacted_count            bigint  redacted conversations
-- single_turn_count         bigint  conversations with one turn
-- with_code_count           bigint  conversations with a fenced code block
-- repeated_prompt_count     bigint  conversations whose first prompt repeats in the store
-- with_prompt_count         bigint  conversations with a first prompt
select
    count(*) as conversation_count,
    count(turn_count) as turn_known_count,
    avg(turn_count) as mean_turn_count,
    stddev_samp(turn_count) as turn_count_deviation,
    coalesce(count_if(user_message_count > 0), 0)::bigint as with_user_count,
    avg(prompt_chars) filter (user_message_count > 0) as mean_prompt_chars,
    stddev_samp(prompt_chars) filter (user_message_count > 0) as prompt_chars_deviation,
    coalesce(count_if(assistant_message_count > 0), 0)::bigint as with_assistant_count,
    avg(response_chars) filter (assistant_message_count > 0) as mean_response_chars,
    stddev_samp(response_chars) filter (assistant_message_count > 0) as response_chars_deviation,
    coalesce(count_if(is_flagged), 0)::bigint as flagged_count,
    coalesce(count_if(is_user_flagged), 0)::bigint as user_flagged_count,
    coalesce(count_if(is_assistant_flagged), 0)::bigint as assistant_flagged_count,
    coalesce(count_if(is_user_flagged and is_assistant_flagged), 0)::bigint as both_flagged_count,
    count(is_flagged) as judged_count,
    count(is_user_flagged) as user_judged_count,
    count(is_assistant_flagged) as assistant_judged_count,
    count(is_assistant_flagged) filter (is_user_flagged) as both_judged_count,
    coalesce(count_if(is_redacted), 0)::bigint as redacted_count,
    coalesce(count_if(turn_count = 1), 0)::bigint as single_turn_count,
    coalesce(count_if(has_code), 0)::bigint as with_code_count,
    coalesce(count_if(prompt_group_size > 1), 0)::bigint as repeated_prompt_count,
    count(prompt_group) as with_prompt_count
from slice
