-- One row per conversation of a random sample of the slice: at most $row_limit, by $seed.
-- Without those flagged as sexual/minors, whose texts are never read or counted together.
-- conversation_id  varchar  id, as published
-- opening          varchar  first 300 characters of the first prompt, masked
-- is_flagged       boolean  a user message is, or may be, flagged; null if unknown
select
    conversation_id,
    coalesce(searchable_opening, opening) as opening,
    is_user_flagged
    or (undealt_count > 0 and (is_flagged or len(flagged_categories) > 0)) as is_flagged
from slice
where opening is not null and not is_always_covered(flagged_categories)
order by md5(conversation_id || $seed), conversation_id
limit $row_limit
