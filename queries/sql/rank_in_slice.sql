-- One row: the position of a conversation in the slice, in the order of slice_rows.
-- place  bigint  position, from 0; no row if the conversation is not in the slice
with keys as not materialized (
    select
        conversation_id,
        id_rank,
        xor(case $sort
            when 'turn_count' then turn_count
            when 'prompt_chars' then prompt_chars
            when 'response_chars' then response_chars
            when 'prompt_group_size' then prompt_group_size
            when 'first_flagged_turn' then first_flagged_turn
            when 'conversation_id' then id_rank
        end, case when $is_descending then -1 else 0 end) as number_key,
        case $sort
            when 'model' then model
            when 'language' then language
            when 'shuffled' then md5(conversation_id || $seed)
        end as text_key
    from slice
),

asked as (
    select
        id_rank,
        number_key,
        text_key
    from keys
    where conversation_id = $conversation_id
)

-- Nulls come last in either direction.
select
    count(*) filter (
        case
            when keys.number_key is distinct from asked.number_key
                then asked.number_key is null or keys.number_key < asked.number_key
            when keys.text_key is not distinct from asked.text_key
                then keys.id_rank < asked.id_rank
            when asked.text_key is null or keys.text_key is null
                then asked.text_key is null
            when $is_descending then keys.text_key > asked.text_key
            else keys.text_key < asked.text_key
        end
    ) as place
from keys
cross join asked
having count(*) > 0
