-- One row per model in the slice, most used first; null is a model.
-- model               varchar  model name, as published
-- conversation_count  bigint   at least 1
-- slice_share         double   fraction of the slice, 0 to 1
with models as (
    select
        model,
        count(*) as conversation_count
    from slice
    group by model
)

select
    model,
    conversation_count,
    conversation_count / sum(conversation_count) over () as slice_share
from models
order by conversation_count desc, model
