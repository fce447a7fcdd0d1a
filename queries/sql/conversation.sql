-- One row: the conversation $conversation_id; no row if it is not in the slice.
-- conversation_id          varchar    id, as published
-- id_rank                  integer    rank of the id in the order of all ids, from 0
-- model                    varchar    model name, as published
-- language                 varchar    language, as published
-- turn_count               bigint     number of turns, as published
-- message_count            integer    number of messages; null if the published list is null
-- moderation_count         integer    moderation entries; null if the published list is null
-- undealt_count            integer    moderation entries that cannot be dealt to messages
-- user_verdict_count       integer    user messages with a verdict
-- assistant_verdict_count  integer    assistant messages with a verdict
-- prompt_chars             bigint     characters of all user messages
-- response_chars           bigint     characters of all assistant messages
-- is_flagged               boolean    any message is flagged; null if unknown
-- flagged_categories       varchar[]  categories flagged in any message
-- first_flagged_turn       integer    first turn with a flagged message; null if none is flagged
-- is_redacted              boolean    the publisher replaced names
-- has_code                 boolean    any message has a fenced code block
-- prompt_group             bigint     number of its first prompt in this store; null without one
-- prompt_group_size        integer    conversations of the store with the same first prompt
select
    conversation_id,
    id_rank,
    model,
    language,
    turn_count,
    message_count,
    moderation_count,
    undealt_count,
    user_verdict_count,
    assistant_verdict_count,
    prompt_chars,
    response_chars,
    is_flagged,
    flagged_categories,
    first_flagged_turn,
    is_redacted,
    has_code,
    prompt_group,
    prompt_group_size
from slice
where conversation_id = $conversation_id
