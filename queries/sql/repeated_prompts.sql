-- One row per first prompt that repeats in the slice, most frequent first, at most $row_limit.
-- prompt_group        bigint     the group of repeats
-- conversation_count  bigint     conversations of the slice that begin with it, at least 2
-- model_count         bigint     distinct models among them
-- models              varchar[]  the most frequent of these models, at most 5
-- is_flagged          boolean    a user message of any of them is flagged
-- opening             varchar    its first 300 characters, of the conversation with the smallest id
-- flagged_categories  varchar[]  categories flagged in that one; none where no user message is
with repeats as (
    select
        prompt_group,
        count(*) as conversation_count
    from slice
    where prompt_group_size > 1
    group by prompt_group
    having count(*) > 1
    order by conversation_count desc, prompt_group
    limit $row_limit
),

models as (
    select
        slice.prompt_group,
        slice.model,
        count(*) as model_conversations,
        bool_or(slice.is_user_flagged) as is_flagged,
        arg_min(slice.opening, slice.id_rank) as opening,
        arg_min(
            case when slice.is_user_flagged then slice.flagged_categories else [] end,
            slice.id_rank
        ) as flagged_categories,
        min(slice.id_rank) as id_rank
    from slice
    semi join repeats using (prompt_group)
    group by slice.prompt_group, slice.model
)

select
    repeats.prompt_group,
    any_value(repeats.conversation_count) as conversation_count,
    count(models.model) as model_count,
    (list(
        models.model::varchar order by models.model_conversations desc, models.model
    ) filter (models.model is not null))[:5] as models,
    bool_or(models.is_flagged) as is_flagged,
    arg_min(models.opening, models.id_rank) as opening,
    arg_min(models.flagged_categories, models.id_rank) as flagged_categories
from repeats
inner join models using (prompt_group)
group by repeats.prompt_group
order by conversation_count desc, prompt_group
