-- One row per category flagged in the slice, most frequent first.
-- category            varchar  published name
-- conversation_count  bigint   conversations with a message flagged in it, at least 1
-- slice_count         bigint   conversations in the slice
-- The slice is read once: DuckDB keeps a copy of a relation that stands twice in a query.
with lists as (
    select
        count(*) as slice_count,
        list(flagged_categories) filter (where len(flagged_categories) > 0) as category_lists
    from slice
),

categories as (
    select
        slice_count,
        unnest(flatten(category_lists)) as category
    from lists
)

select
    category,
    count(*) as conversation_count,
    slice_count
from categories
group by category, slice_count
order by conversation_count desc, category
