-- One row: the conversation with this id; no row when it is not in the slice.
-- conversation_id          varchar    id as published
-- id_rank                  integer    place of the id in the order of all ids, from 0
-- model                    varchar    name as published
-- language                 varchar    guess as published
-- turn_count               bigint     turns as published
-- message_count            integer    messages; null where the published list is null
-- moderation_count         integer    moderation entries; null where the list is null
-- prompt_chars             bigint     characters of all user messages
-- response_chars           bigint     characters of all assistant messages
-- is_flagged               boolean    any message is flagged
-- flagged_categories       varchar[]  categories flagged in any message
-- first_flagged_turn       integer    first turn with a flagged message; null without one
-- is_redacted              boolean    names were replaced
-- has_code                 boolean    has a fenced code block
-- prompt_group             bigint     hash of its normalised first prompt; null without one
-- prompt_group_size        integer    conversations of the store with the same first prompt
select
    conversation_id,
    id_rank,
    model,
    language,
    turn_count,
    message_count,
    moderation_count,
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
