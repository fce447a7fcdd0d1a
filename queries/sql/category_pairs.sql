-- One row per pair of categories flagged in the same conversation, including equal ones.
-- category            varchar  published name
-- other_category      varchar  published name
-- conversation_count  bigint   conversations with a message flagged as each of them, at least 1
with flagged as (
    select
        id_rank,
        flagged_categories
    from slice
    where len(flagged_categories) > 0
),

categories as (
    select
        flagged_categories,
        unnest(flagged_categories) as category
    from flagged
),

pairs as (
    select
        category,
        unnest(flagged_categories) as other_category
    from categories
)

select
    category,
    other_category,
    count(*) as conversation_count
from pairs
group by category, other_category
order by conversation_count desc, category, other_category
