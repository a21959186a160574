import Testing

/// The built program as its users meet it; one test at a time, since some of them measure how long something takes.
@Suite(.serialized, .timeLimit(.minutes(3)))
enum EndToEnd {}
