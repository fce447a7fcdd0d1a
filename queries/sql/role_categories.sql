-- One row per role and flagged category, among verdicts; user first, then most messages first.
-- role                varchar  user or assistant
-- category            varchar  published name; null for the published flag, whatever its categories
-- message_count       bigint   flagged messages of the role, at least 1
-- conversation_count  bigint   conversations with such a message, if the role's verdict is known
with flagged as (
    select
        role,
        id_rank,
        is_flagged,
        flag_bits
    from slice_messages
    where
        is_flagged is not null
        and (is_flagged or flag_bits > 0)
        and role in ('user', 'assistant')
),

-- Hardly any: a message that is flagged in a category only, beside one without a verdict.
unknown as (
    select
        'user' as role,
        id_rank
    from slice
    where is_user_flagged is null
    union all
    select
        'assistant' as role,
        id_rank
    from slice
    where is_assistant_flagged is null
),

conversations_in_question as (
    select
        role,
        bool_or(is_flagged) as is_flagged,
        bit_or(flag_bits) as flag_bits
    from flagged
    anti join unknown using (role, id_rank)
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
    cross join categories()
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
