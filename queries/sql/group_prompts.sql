-- One row per group in the slice, by name: its distinct first prompts.
-- group_name            varchar  model or language, as published
-- distinct_prompt_count bigint   distinct normalised first prompts
-- with_prompt_count     bigint   conversations with a first prompt
select
    group_name,
    count(distinct prompt_group) as distinct_prompt_count,
    count(prompt_group) as with_prompt_count
from slice
group by group_name
order by group_name
