-- One row per group in the slice, by name: how many of its first prompts are different ones.
-- group_name            varchar  model or language, as published
-- distinct_prompt_count bigint   distinct first prompts, normalised
-- with_prompt_count     bigint   conversations that have a first prompt
select
    group_name,
    count(distinct prompt_group) as distinct_prompt_count,
    count(prompt_group) as with_prompt_count
from slice
group by group_name
order by group_name
