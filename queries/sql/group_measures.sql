-- One row per group in the slice, largest first; null is a group.
-- group_name               varchar  model or language, as published
-- conversation_count       bigint   at least 1
-- slice_share              double   fraction of the slice, 0 to 1
-- mean_turn_count          double   mean number of turns per conversation
-- turn_count_deviation     double   their standard deviation; null for one conversation
-- turn_known_count         bigint   conversations with a known number of turns
-- flagged_count            bigint   conversations with a flagged message
-- user_flagged_count       bigint   conversations with a flagged user message
-- assistant_flagged_count  bigint   conversations with a flagged assistant message
-- both_flagged_count       bigint   conversations with both
-- judged_count             bigint   conversations that are known to be flagged, or not to be
-- user_judged_count        bigint   the same for user messages
-- assistant_judged_count   bigint   the same for assistant messages
-- both_judged_count        bigint   with a flagged user message, the assistant's known
-- redacted_count           bigint   redacted conversations
-- single_turn_count        bigint   conversations with one turn
-- with_code_count          bigint   conversations with a fenced code block
with measures as (
    select
        group_name,
        count(*) as conversation_count,
        avg(turn_count) as mean_turn_count,
        stddev_samp(turn_count) as turn_count_deviation,
        count(turn_count) as turn_known_count,
        coalesce(count_if(is_flagged), 0) as flagged_count,
        coalesce(count_if(is_user_flagged), 0) as user_flagged_count,
        coalesce(count_if(is_assistant_flagged), 0) as assistant_flagged_count,
        coalesce(count_if(is_user_flagged and is_assistant_flagged), 0) as both_flagged_count,
        count(is_flagged) as judged_count,
        count(is_user_flagged) as user_judged_count,
        count(is_assistant_flagged) as assistant_judged_count,
        count(is_assistant_flagged) filter (is_user_flagged) as both_judged_count,
        coalesce(count_if(is_redacted), 0) as redacted_count,
        coalesce(count_if(turn_count = 1), 0) as single_turn_count,
        coalesce(count_if(has_code), 0) as with_code_count
    from slice
    group by group_name
)

select
    group_name,
    conversation_count,
    conversation_count / sum(conversation_count) over () as slice_share,
    mean_turn_count,
    turn_count_deviation,
    turn_known_count,
    flagged_count::bigint as flagged_count,
    user_flagged_count::bigint as user_flagged_count,
    assistant_flagged_count::bigint as assistant_flagged_count,
    both_flagged_count::bigint as both_flagged_count,
    judged_count,
    user_judged_count,
    assistant_judged_count,
    both_judged_count,
    redacted_count::bigint as redacted_count,
    single_turn_count::bigint as single_turn_count,
    with_code_count::bigint as with_code_count
from measures
order by conversation_count desc, group_name
