-- One row per role and level of the score of a category ($category) in judged messages.
-- role           varchar  user or assistant
-- level          integer  how many SCORE_STEPS the score reaches, from 0
-- message_count  bigint   messages, at least 1
-- flagged_count  bigint   those flagged in the category
select
    role::varchar as role,
    (case $category
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
    end)::integer as level,
    count(*) as message_count,
    coalesce(count_if(case $category
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
    end), 0)::bigint as flagged_count
from slice_messages
where role in ('user', 'assistant') and is_flagged is not null
group by all
order by role desc, level
