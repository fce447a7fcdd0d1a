-- One row per message of a conversation, in order. Reads `messages`: a slice has no messages.
-- message_index                 integer    position, from 0
-- turn_number                   integer    the turn it belongs to, from 1
-- role                          varchar    user or assistant; anything else as published
-- text                          varchar    the message as published
-- text_chars                    integer    characters
-- is_flagged                    boolean    the published verdict; null without a moderation entry
-- flagged_categories            varchar[]  categories it is flagged in
-- score_harassment              double     published score of harassment
-- score_harassment_threatening  double     published score of harassment/threatening
-- score_hate                    double     published score of hate
-- score_hate_threatening        double     published score of hate/threatening
-- score_self_harm               double     published score of self-harm
-- score_self_harm_instructions  double     published score of self-harm/instructions
-- score_self_harm_intent        double     published score of self-harm/intent
-- score_sexual                  double     published score of sexual
-- score_sexual_minors           double     published score of sexual/minors
-- score_violence                double     published score of violence
-- score_violence_graphic        double     published score of violence/graphic
select
    message_index,
    turn_number,
    role,
    text,
    text_chars,
    is_flagged,
    list_filter(
        [
            case when is_flagged_harassment then 'harassment' end,
            case when is_flagged_harassment_threatening then 'harassment/threatening' end,
            case when is_flagged_hate then 'hate' end,
            case when is_flagged_hate_threatening then 'hate/threatening' end,
            case when is_flagged_self_harm then 'self-harm' end,
            case when is_flagged_self_harm_instructions then 'self-harm/instructions' end,
            case when is_flagged_self_harm_intent then 'self-harm/intent' end,
            case when is_flagged_sexual then 'sexual' end,
            case when is_flagged_sexual_minors then 'sexual/minors' end,
            case when is_flagged_violence then 'violence' end,
            case when is_flagged_violence_graphic then 'violence/graphic' end
        ],
        lambda category: category is not null
    ) as flagged_categories,
    score_harassment,
    score_harassment_threatening,
    score_hate,
    score_hate_threatening,
    score_self_harm,
    score_self_harm_instructions,
    score_self_harm_intent,
    score_sexual,
    score_sexual_minors,
    score_violence,
    score_violence_graphic
from messages
where conversation_id = $conversation_id
order by message_index
