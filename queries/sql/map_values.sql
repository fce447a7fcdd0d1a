-- One row per row of map_points.sql, in the same order: what its point is coloured by.
-- map_value  varchar  topic, model, language, flagged or not, or the class of a number; or null
select
    case $colour_by
        when 'topic' then topic
        when 'model' then model
        when 'language' then language
        when 'flagged' then
            case when is_flagged then 'flagged' when not is_flagged then 'not flagged' end
        when 'score' then
            case
                when score < 0.001 then 'below 0.001'
                when score < 0.01 then '0.001 to 0.01'
                when score < 0.1 then '0.01 to 0.1'
                when score < 0.5 then '0.1 to 0.5'
                when score >= 0.5 then '0.5 and above'
            end
        when 'length' then
            case
                when prompt_chars < 100 then 'below 100'
                when prompt_chars < 300 then '100 to 299'
                when prompt_chars < 1000 then '300 to 999'
                when prompt_chars < 3000 then '1,000 to 2,999'
                when prompt_chars >= 3000 then '3,000 and above'
            end
    end as map_value
from (
    select
        prompt_group,
        topic,
        model,
        language,
        is_flagged,
        prompt_chars,
        greatest(
            user_score_harassment,
            user_score_harassment_threatening,
            user_score_hate,
            user_score_hate_threatening,
            user_score_self_harm,
            user_score_self_harm_instructions,
            user_score_self_harm_intent,
            user_score_sexual,
            user_score_sexual_minors,
            user_score_violence,
            user_score_violence_graphic
        ) as score
    from slice
    where is_first_of_prompt and map_x is not null
)
order by prompt_group
