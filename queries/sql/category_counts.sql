-- One row per category flagged in the slice, most frequent first.
-- category            varchar  published name
-- conversation_count  bigint   conversations with a message flagged in the category, at least 1
-- judged_count        bigint   conversations known to be flagged or not, or flagged in a category
-- The slice is read once: DuckDB materialises a relation that a query uses twice.
with lists as (
    select
        count_if(is_flagged is not null or len(flagged_categories) > 0) as judged_count,
        list(flagged_categories) filter (where len(flagged_categories) > 0) as category_lists
    from slice
),

categories as (
    select
        judged_count,
        unnest(flatten(category_lists)) as category
    from lists
)

select
    category,
    count(*) as conversation_count,
    judged_count::bigint as judged_count
from categories
group by category, judged_count
order by conversation_count desc, category
