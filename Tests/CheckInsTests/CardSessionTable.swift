/// What a card session does: state and event, and the states it may land in; `-` where it may also
/// be ignored, as without a card, in the middle of a proof or for another card. What is not here is
/// always ignored. Design of the table: `CardSession`.
let cardSessionTable = """
    accepted cardGone → - accepted empty
    accepted cardInserted → reading
    accepted messageSeen → accepted empty reading
    accepted startAnew → - reading
    accepted timeOut → - accepted empty reading
    answered cardGone → - answered empty
    answered cardInserted → reading
    answered messageSeen → answered empty reading
    answered startAnew → - reading
    answered timeOut → - answered empty reading
    asking asked → recordingOutcome
    asking cardGone → - asking
    asking cardInserted → - asking
    asking lineLost → asking
    asking timeOut → - recordingOutcome
    choosing cardGone → - interrupted
    choosing cardInserted → - choosing
    choosing cardSeen → - choosing
    choosing cardUnseen → - choosing
    choosing choiceConfirmed → - proving
    choosing choiceMade → proving
    choosing consentAnswered → choosing
    choosing moreTime → choosing
    choosing startAnew → reading
    choosing timeOut → - choosing ended proving
    choosing wayChosen → choosing
    empty cardGone → - empty
    empty cardInserted → reading
    ended cardGone → - empty ended
    ended cardInserted → reading
    ended messageSeen → empty ended reading
    ended startAnew → - reading
    ended timeOut → - empty ended reading
    interrupted cardGone → - interrupted
    interrupted cardInserted → reading
    interrupted timeOut → - ended
    offline cardGone → - empty offline
    offline cardInserted → reading
    offline messageSeen → empty offline reading
    offline startAnew → - reading
    offline timeOut → - empty offline reading
    proving backToChoice → - choosing
    proving cardGone → - interrupted
    proving cardInserted → - proving
    proving cardSeen → - choosing proving
    proving cardUnseen → - choosing proving
    proving faceMatched → - proving
    proving faceShown → - proving
    proving moreTime → - proving
    proving nonceArrived → - proving
    proving nonceFailed → - offline
    proving pinEntered → proving
    proving proofFailed → - choosing proving reading
    proving proved → - recordingIntent
    proving staffConfirmed → - proving
    proving startAnew → - reading
    proving timeOut → - ended proving
    reading cardGone → - empty interrupted
    reading cardInserted → - reading
    reading cardRead → choosing
    reading cardRefused → refused
    reading timeOut → - reading refused
    recordingIntent cardGone → - recordingIntent
    recordingIntent cardInserted → - recordingIntent
    recordingIntent recorded → asking
    recordingIntent storeClosed → ended
    recordingOutcome cardGone → - recordingOutcome
    recordingOutcome cardInserted → - recordingOutcome
    recordingOutcome recorded → accepted answered
    recordingOutcome storeClosed → ended
    refused cardGone → - empty refused
    refused cardInserted → reading
    refused messageSeen → empty reading refused
    refused startAnew → - reading
    refused timeOut → - empty reading refused
    """
