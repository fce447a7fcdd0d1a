-- One row per role and category with a flagged message; user first, most messages first.
-- role                varchar  user or assistant
-- category            varchar  published name; null for the flag that stands above the categories
-- message_count       bigint   messages of the role flagged so, at least 1
-- conversation_count  bigint   conversations with such a message
with flagged as (
    select
        role,
        id_rank,
        coalesce(is_flagged, false) as is_flagged,
        flag_bits
    from slice_messages
    where (is_flagged or flag_bits > 0) and role in ('user', 'assistant')
),

conversations_in_question as (
    select
        role,
        bool_or(is_flagged) as is_flagged,
        bit_or(flag_bits) as flag_bits
    from flagged
    group by role, id_rank
),

combinations as (
    select
        role,
        is_flagged,
        flag_bits,
        count(*) as message_count,
        0 as conversation_count
    from flagged
    group by role, is_flagged, flag_bits
    union all
    select
        role,
        is_flagged,
        flag_bits,
        0 as message_count,
        count(*) as conversation_count
    from conversations_in_question
    group by role, is_flagged, flag_bits
),

categories as (
    select unnest(
        [
            {'category': 'harassment', 'bit': 0},
            {'category': 'harassment/threatening', 'bit': 1},
            {'category': 'hate', 'bit': 2},
            {'category': 'hate/threatening', 'bit': 3},
            {'category': 'self-harm', 'bit': 4},
            {'category': 'self-harm/instructions', 'bit': 5},
            {'category': 'self-harm/intent', 'bit': 6},
            {'category': 'sexual', 'bit': 7},
            {'category': 'sexual/minors', 'bit': 8},
            {'category': 'violence', 'bit': 9},
            {'category': 'violence/graphic', 'bit': 10}
        ],
        recursive := true
    )
),

verdicts as (
    select
        role,
        null as category,
        message_count,
        conversation_count
    from combinations
    where is_flagged
    union all
    select
        role,
        category,
        message_count,
        conversation_count
    from combinations
    cross join categories
    where (flag_bits >> bit) & 1 = 1
)

select
    role::varchar as role,
    category,
    sum(message_count)::bigint as message_count,
    sum(conversation_count)::bigint as conversation_count
from verdicts
group by role, category
order by role desc, message_count desc, category
