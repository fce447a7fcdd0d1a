-- One row per conversation on a page of the slice, in the chosen order; ties by id.
-- conversation_id     varchar    id, as published
-- model               varchar    model name, as published
-- language            varchar    language, as published
-- turn_count          bigint     number of turns, as published
-- prompt_chars        bigint     characters of all user messages
-- response_chars      bigint     characters of all assistant messages
-- is_flagged          boolean    any message is flagged; null if unknown
-- flagged_categories  varchar[]  categories flagged in any message
-- is_redacted         boolean    the publisher replaced names
-- prompt_group_size   integer    conversations of the store with the same first prompt
-- opening             varchar    first 300 characters of the first prompt
select
    conversation_id,
    model,
    language,
    turn_count,
    prompt_chars,
    response_chars,
    is_flagged,
    flagged_categories,
    is_redacted,
    prompt_group_size,
    opening
from slice
-- Ids are sorted by rank: comparing numbers is ten times as fast as comparing texts.
-- The bitwise complement reverses the order of numbers, and unlike negation never overflows.
-- A shuffle sorts by a hash of id and seed: the same in any engine and for any slice.
order by
    xor(case $sort
        when 'turn_count' then turn_count
        when 'prompt_chars' then prompt_chars
        when 'response_chars' then response_chars
        when 'prompt_group_size' then prompt_group_size
        when 'first_flagged_turn' then first_flagged_turn
        when 'conversation_id' then id_rank
    end, case when $is_descending then -1 else 0 end) nulls last,
    case when not $is_descending then
        case $sort
            when 'model' then model
            when 'language' then language
            when 'shuffled' then md5(conversation_id || $seed)
        end
    end nulls last,
    case when $is_descending then
        case $sort
            when 'model' then model
            when 'language' then language
            when 'shuffled' then md5(conversation_id || $seed)
        end
    end desc nulls last,
    id_rank
limit $row_limit
offset $row_offset
