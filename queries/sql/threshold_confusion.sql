-- One row per unit and category: verdicts at other thresholds, against the published ones.
-- Reads the messages of $role: user, assistant or any. The first row is for all categories.
-- unit           varchar  message, or conversation (with at least one such message)
-- category       varchar  published name; null for any category, against the published flag
-- reached_count  bigint   units with a score at or above its threshold
-- flagged_count  bigint   units flagged as published
-- both_count     bigint   units with both; in a conversation not necessarily in one message
-- A threshold is a level ($level_hate ...): how many SCORE_STEPS a score must reach; 255: never.
-- Messages without a verdict or score are left out, and so are conversations with any of them.
-- Messages that are not flagged and reach no threshold are left out first.
with questioned as (
    select
        id_rank,
        is_flagged,
        flag_bits,
        (
            (ifnull(level_harassment, 0) >= $level_harassment)::integer * 1
            + (ifnull(level_harassment_threatening, 0)
                >= $level_harassment_threatening)::integer * 2
            + (ifnull(level_hate, 0) >= $level_hate)::integer * 4
            + (ifnull(level_hate_threatening, 0) >= $level_hate_threatening)::integer * 8
            + (ifnull(level_self_harm, 0) >= $level_self_harm)::integer * 16
            + (ifnull(level_self_harm_instructions, 0)
                >= $level_self_harm_instructions)::integer * 32
            + (ifnull(level_self_harm_intent, 0) >= $level_self_harm_intent)::integer * 64
            + (ifnull(level_sexual, 0) >= $level_sexual)::integer * 128
            + (ifnull(level_sexual_minors, 0) >= $level_sexual_minors)::integer * 256
            + (ifnull(level_violence, 0) >= $level_violence)::integer * 512
            + (ifnull(level_violence_graphic, 0) >= $level_violence_graphic)::integer * 1024
        ) as reached_bits
    from slice_messages
    where
        is_flagged is not null
        and highest_level is not null
        and (
            is_flagged
            or flag_bits > 0
            or highest_level >= least(
                $level_harassment,
                $level_harassment_threatening,
                $level_hate,
                $level_hate_threatening,
                $level_self_harm,
                $level_self_harm_instructions,
                $level_self_harm_intent,
                $level_sexual,
                $level_sexual_minors,
                $level_violence,
                $level_violence_graphic
            )
        )
        and role in ('user', 'assistant')
        and ($role = 'any' or role = $role)
),

incomplete as (
    select id_rank
    from slice
    where
        ($role <> 'assistant' and user_scored_count < user_message_count)
        or ($role <> 'user' and assistant_scored_count < assistant_message_count)
),

conversations_in_question as (
    select
        bit_or(reached_bits) as reached_bits,
        bool_or(is_flagged) as is_flagged,
        bit_or(flag_bits) as flag_bits
    from questioned
    anti join incomplete using (id_rank)
    group by id_rank
),

combinations as (
    select
        'message' as unit,
        reached_bits,
        is_flagged,
        flag_bits,
        count(*) as verdict_count
    from questioned
    group by reached_bits, is_flagged, flag_bits
    union all
    select
        'conversation' as unit,
        reached_bits,
        is_flagged,
        flag_bits,
        count(*) as verdict_count
    from conversations_in_question
    group by reached_bits, is_flagged, flag_bits
),

verdicts as (
    select
        unit,
        null as category,
        reached_bits > 0 as is_reached,
        is_flagged,
        verdict_count
    from combinations
    union all
    select
        unit,
        category,
        (reached_bits >> bit) & 1 = 1 as is_reached,
        (flag_bits >> bit) & 1 = 1 as is_flagged,
        verdict_count
    from combinations
    cross join categories()
)

select
    unit,
    category,
    coalesce(sum(verdict_count) filter (is_reached), 0)::bigint as reached_count,
    coalesce(sum(verdict_count) filter (is_flagged), 0)::bigint as flagged_count,
    coalesce(sum(verdict_count) filter (is_reached and is_flagged), 0)::bigint as both_count
from verdicts
group by unit, category
order by unit, category nulls first
