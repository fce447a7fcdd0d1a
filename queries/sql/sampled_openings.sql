-- One row per conversation of a sample of the slice, at most $row_limit, drawn by $seed.
-- conversation_id  varchar  id as published
-- opening          varchar  first 300 characters of the first user message
-- is_flagged       boolean  a user message is flagged
select
    conversation_id,
    opening,
    is_user_flagged as is_flagged
from slice
where opening is not null
order by md5(conversation_id || $seed), conversation_id
limit $row_limit
