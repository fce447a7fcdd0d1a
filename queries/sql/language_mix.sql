-- One row per language in the slice, most used first; null is a language.
-- language            varchar  language, as published; `unknown` is a language
-- conversation_count  bigint   at least 1
-- slice_share         double   fraction of the slice, 0 to 1
with languages as (
    select
        language,
        count(*) as conversation_count
    from slice
    group by language
)

select
    language,
    conversation_count,
    conversation_count / sum(conversation_count) over () as slice_share
from languages
order by conversation_count desc, language
