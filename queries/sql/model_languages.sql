-- One row per model and language in the slice, most frequent pair first.
-- model                    varchar  model name, as published
-- language                 varchar  language, as published; `unknown` is a language
-- conversation_count       bigint   at least 1
-- flagged_count            bigint   conversations with a flagged message
-- user_flagged_count       bigint   conversations with a flagged user message
-- assistant_flagged_count  bigint   conversations with a flagged assistant message
-- judged_count             bigint   conversations that are known to be flagged, or not to be
-- user_judged_count        bigint   the same for user messages
-- assistant_judged_count   bigint   the same for assistant messages
-- redacted_count           bigint   redacted conversations
-- single_turn_count        bigint   conversations with one turn
-- with_code_count          bigint   conversations with a fenced code block
select
    model,
    language,
    count(*) as conversation_count,
    coalesce(count_if(is_flagged), 0)::bigint as flagged_count,
    coalesce(count_if(is_user_flagged), 0)::bigint as user_flagged_count,
    coalesce(count_if(is_assistant_flagged), 0)::bigint as assistant_flagged_count,
    count(is_flagged) as judged_count,
    count(is_user_flagged) as user_judged_count,
    count(is_assistant_flagged) as assistant_judged_count,
    coalesce(count_if(is_redacted), 0)::bigint as redacted_count,
    coalesce(count_if(turn_count = 1), 0)::bigint as single_turn_count,
    coalesce(count_if(has_code), 0)::bigint as with_code_count
from slice
group by model, language
order by conversation_count desc, model, language
