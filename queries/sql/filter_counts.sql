-- One row: how many conversations of the slice each option of the yes-or-no filters keeps.
-- any_flagged_count        bigint  flagged=any
-- none_flagged_count       bigint  flagged=none
-- unknown_flagged_count    bigint  flagged=unknown
-- user_flagged_count       bigint  flagged=user
-- assistant_flagged_count  bigint  flagged=assistant
-- redacted_count           bigint  redacted=true
-- not_redacted_count       bigint  redacted=false
-- with_code_count          bigint  has_code=true
-- without_code_count       bigint  has_code=false
-- unique_prompt_count      bigint  unique_prompts=true
select
    coalesce(count_if(is_flagged), 0)::bigint as any_flagged_count,
    coalesce(count_if(not is_flagged), 0)::bigint as none_flagged_count,
    coalesce(count_if(is_flagged is null), 0)::bigint as unknown_flagged_count,
    coalesce(count_if(is_user_flagged), 0)::bigint as user_flagged_count,
    coalesce(count_if(is_assistant_flagged), 0)::bigint as assistant_flagged_count,
    coalesce(count_if(is_redacted), 0)::bigint as redacted_count,
    coalesce(count_if(not is_redacted), 0)::bigint as not_redacted_count,
    coalesce(count_if(has_code), 0)::bigint as with_code_count,
    coalesce(count_if(not has_code), 0)::bigint as without_code_count,
    coalesce(count_if(is_first_of_prompt), 0)::bigint as unique_prompt_count
from slice
