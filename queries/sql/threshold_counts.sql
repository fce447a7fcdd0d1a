-- One row per unit and verdict on messages of $role (user, assistant or any): what is flagged as
-- published beside what has a score that reaches a threshold; first the verdict as a whole.
-- unit           varchar  message or conversation (one with such a message)
-- category       varchar  published name; null for any of them, beside the published flag
-- reached_count  bigint   those with a score at or above its threshold
-- flagged_count  bigint   those flagged as published
-- both_count     bigint   those with both; of a conversation in the same message or not
-- A threshold is a level ($level_hate ...): how many SCORE_STEPS a score must reach; 255 is never.
-- What reaches no threshold and is not flagged is left out at first; so are other roles.
with questioned as (
    select
        id_rank,
        coalesce(is_flagged, false) as is_flagged,
        flag_bits,
        (
            (level_harassment >= $level_harassment)::integer * 1
            + (level_harassment_threatening >= $level_harassment_threatening)::integer * 2
            + (level_hate >= $level_hate)::integer * 4
            + (level_hate_threatening >= $level_hate_threatening)::integer * 8
            + (level_self_harm >= $level_self_harm)::integer * 16
            + (level_self_harm_instructions >= $level_self_harm_instructions)::integer * 32
            + (level_self_harm_intent >= $level_self_harm_intent)::integer * 64
            + (level_sexual >= $level_sexual)::integer * 128
            + (level_sexual_minors >= $level_sexual_minors)::integer * 256
            + (level_violence >= $level_violence)::integer * 512
            + (level_violence_graphic >= $level_violence_graphic)::integer * 1024
        ) as reached_bits
    from slice_messages
    where
        (
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

conversations_in_question as (
    select
        bit_or(reached_bits) as reached_bits,
        bool_or(is_flagged) as is_flagged,
        bit_or(flag_bits) as flag_bits
    from questioned
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
    cross join categories
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
