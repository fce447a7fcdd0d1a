-- One row per repeated first prompt of the slice, most frequent first; at most $row_limit.
-- prompt_group        bigint     the prompt group
-- conversation_count  bigint     conversations of the slice that start with it, at least 2
-- model_count         bigint     distinct models among them
-- models              varchar[]  the most frequent of them, at most 5
-- is_flagged          boolean    any of them has, or may have, a flagged user message; or unknown
-- opening             varchar    first 300 characters, from the conversation with the smallest id
-- flagged_categories  varchar[]  its flagged categories; empty unless a user message may be flagged
with repeats as (
    select
        prompt_group,
        count(*) as conversation_count
    from slice
    where prompt_group_size > 1
    group by prompt_group
    having count(*) > 1
    order by conversation_count desc, min(id_rank)
    limit $row_limit
),

-- Entries that cannot be dealt to messages may be about the first prompt.
prompts as (
    select
        prompt_group,
        model,
        opening,
        flagged_categories,
        id_rank,
        is_user_flagged
        or (undealt_count > 0 and (is_flagged or len(flagged_categories) > 0)) as is_prompt_flagged
    from slice
    semi join repeats using (prompt_group)
),

models as (
    select
        prompt_group,
        model,
        count(*) as model_conversations,
        count(is_prompt_flagged) as judged_count,
        bool_or(is_prompt_flagged) as is_flagged,
        arg_min(opening, id_rank) as opening,
        arg_min(
            case when is_prompt_flagged then flagged_categories else [] end, id_rank
        ) as flagged_categories,
        min(id_rank) as id_rank
    from prompts
    group by prompt_group, model
)

select
    repeats.prompt_group,
    any_value(repeats.conversation_count) as conversation_count,
    count(models.model) as model_count,
    (list(
        models.model::varchar order by models.model_conversations desc, models.model
    ) filter (models.model is not null))[:5] as models,
    case
        when
            bool_or(models.is_flagged)
            or sum(models.judged_count) = sum(models.model_conversations)
            then bool_or(models.is_flagged)
    end as is_flagged,
    arg_min(models.opening, models.id_rank) as opening,
    arg_min(models.flagged_categories, models.id_rank) as flagged_categories
from repeats
inner join models using (prompt_group)
group by repeats.prompt_group
order by conversation_count desc, min(models.id_rank)
