-- One row per role and level of the score of a category ($category) in judged messages.
-- role           varchar  user or assistant
-- level          integer  how many SCORE_STEPS the score reaches, from 0
-- message_count  bigint   messages, at least 1
-- flagged_count  bigint   those flagged in the category
with judged as (
    select
        role,
        case $category
            when 'harassment' then level_harassment
            when 'harassment/threatening' then level_harassment_threatening
            when 'hate' then level_hate
            when 'hate/threatening' then level_hate_threatening
            when 'self-harm' then level_self_harm
            when 'self-harm/instructions' then level_self_harm_instructions
            when 'self-harm/intent' then level_self_harm_intent
            when 'sexual' then level_sexual
            when 'sexual/minors' then level_sexual_minors
            when 'violence' then level_violence
            when 'violence/graphic' then level_violence_graphic
        end as level,
        case $category
            when 'harassment' then is_flagged_harassment
            when 'harassment/threatening' then is_flagged_harassment_threatening
            when 'hate' then is_flagged_hate
            when 'hate/threatening' then is_flagged_hate_threatening
            when 'self-harm' then is_flagged_self_harm
            when 'self-harm/instructions' then is_flagged_self_harm_instructions
            when 'self-harm/intent' then is_flagged_self_harm_intent
            when 'sexual' then is_flagged_sexual
            when 'sexual/minors' then is_flagged_sexual_minors
            when 'violence' then is_flagged_violence
            when 'violence/graphic' then is_flagged_violence_graphic
        end as is_flagged_so,
        count(*) as message_count
    from slice_messages
    where role in ('user', 'assistant') and is_flagged is not null
    group by all
)

select
    role::varchar as role,
    level::integer as level,
    sum(message_count)::bigint as message_count,
    coalesce(sum(message_count) filter (is_flagged_so), 0)::bigint as flagged_count
from judged
group by judged.role, judged.level
order by judged.role desc, judged.level
