/* Every wrong configuration is refused at the right place, with words that help. */
#include "folder.h"

struct wrong {
    const char *text;
    int line, column;
    const char *says;
    size_t errors; /* in all; 0 stands for 1 */
};

#define S "standards:\n  calls: {start: offered, stop: answered, "
#define V "standards:\n  score: {when: scored, value: csat, "
#define C "calendars:\n  office: "
#define MAP_OF_CSV "inputs:\n- file: /a\n  format: csv\n  map: {contact: c, "
#define MAP_OF_JSON "inputs:\n- file: /a\n  map: {"

static const struct wrong table[] = {
    /* keys and kinds */
    {"standards:\n  calls:\n    start: a\n    stop: b\n    witin: 2m\n", 5, 5,
        "unknown key \"witin\" in standard \"calls\": did you mean \"within\"?"},
    {"standrads: {}\n", 1, 1, "unknown key \"standrads\" in the configuration: did you mean \"standards\"?"},
    {"xyzzy: 1\n", 1, 1, "unknown key \"xyzzy\" in the configuration: known are database, listen"},
    {"- a\n- b\n", 1, 1, "a list instead of the keys of the configuration"},
    {"hello\n", 1, 1, "\"hello\" instead of the keys"},
    {"standards: [a]\n", 1, 12, "a list instead of a map of names to standards"},
    {"standards: yes\n", 1, 12, "\"yes\" instead of a map"},
    {"standards:\n  calls: 5\n", 2, 10, "\"5\" instead of the keys of standard \"calls\""},
    {"standards:\n  calls:\n", 2, 9, "nothing instead of the keys of standard \"calls\""},
    {"standards:\n  5: {start: a, stop: b}\n", 2, 3,
        "\"5\" (a number) is not the name of a standard: if it is meant, quote it"},
    {"standards:\n  true: {start: a, stop: b}\n", 2, 3, "(a truth value)"},
    {"standards:\n  \"\": {start: a, stop: b}\n", 2, 3, "an empty text is not the name of a standard"},
    {"standards:\n  \"a\\nb\": {start: a, stop: b}\n", 2, 3,
        "\"a\\x0ab\" is not the name of a standard: it holds a control character"},
    {S "repeat: yes}\n", 2, 51, "\"yes\" is not an answer to \"repeat\": write true or false"},
    {S "repeat: \"true\"}\n", 2, 51, "(a text)"},
    {S "describe: 5}\n", 2, 53, "\"5\" (a number) is not a description"},
    {S "describe: [a]}\n", 2, 53, "a list is not a description"},
    /* which keys go together */
    {"standards:\n  calls: {within: 2m}\n", 2, 3,
        "needs \"start\" with \"stop\" or \"fail\", or \"when\" with \"value\""},
    {"standards:\n  calls: {start: a, within: 2m}\n", 2, 3,
        "has a \"start\" and needs a \"stop\" or a \"fail\""},
    {"standards:\n  calls: {start: a, fail: b, reopen: c}\n", 2, 38,
        "\"reopen\" in standard \"calls\" needs a \"stop\""},
    {"standards:\n  calls: {start: a, fail: b, abandon: {event: c}}\n", 2, 39,
        "\"abandon\" in standard \"calls\" needs a \"stop\""},
    {S "within: 2m, due: promised}\n", 2, 60, "\"due\" and \"within\" exclude one another"},
    {S "value: csat}\n", 2, 50, "\"value\" has no meaning in standard \"calls\", which runs a clock"},
    {S "at_least: 4}\n", 2, 53, "\"at_least\" has no meaning"},
    {V "within: 2m}\n", 2, 46, "\"within\" has no meaning in standard \"score\", which measures a value"},
    {V "calendar: always}\n", 2, 48, "\"calendar\" has no meaning"},
    {"standards:\n  score: {when: scored}\n", 2, 3, "has a \"when\" and needs a \"value\""},
    {"standards:\n  score: {value: csat}\n", 2, 3, "has a \"value\" and needs a \"when\""},
    /* at risk */
    {S "warn: 80%}\n", 2, 49, "\"warn\" in standard \"calls\" needs a limit (\"within\" or \"due\") to warn of"},
    {"standards:\n  calls: {start: a, fail: b, within: 1m, warn: 50%}\n", 2, 48,
        "\"warn\" in standard \"calls\" needs a \"stop\""},
    {V "warn: 80%}\n", 2, 44, "\"warn\" has no meaning in standard \"score\", which measures a value"},
    {S "within: 1m, warn: 0%}\n", 2, 61, "\"0%\" is not a warning: a share lies above 0% and below 100%"},
    {S "within: 1m, warn: 100%}\n", 2, 61, "\"100%\" is not a warning: a share lies above 0% and below 100%"},
    {S "within: 1m, warn: 30}\n", 2, 61, "\"30\" is not a warning: write a share of the limit, such as 80%, or"},
    {S "within: 1m, warn: 5 min}\n", 2, 61, "\"5 min\" is not a warning: write a share of the limit"},
    {S "within: 1m, warn: 0s}\n", 2, 61, "\"0s\" is not a warning: the time left is longer than nothing"},
    {S "within: 1m, warn: {}}\n", 2, 61, "a map is not a warning"},
    {S "within: 1m, warn: []}\n", 2, 61, "an empty list warns of nothing: leave \"warn\" out"},
    {S "within: 1m, warn: [50%, 50.0%]}\n", 2, 67, "warning \"50.0%\" is given twice"},
    {S "within: 9m, warn: [5m, 300s, 0%]}\n", 2, 66, "warning \"300s\" is given twice", 2},
    {S "within: 1m, warn: [1%, 2%, 3%, 4%, 5%, 6%, 7%, 8%, 9%]}\n", 2, 61, "9 warnings: at most 8"},
    {S "target: 90%, warn_below: 90%}\n", 2, 68,
        "\"90%\" warns of nothing: a percentage above the target (attainment >= 90%), up to 100%, is needed"},
    {S "target: 90%, warn_below: 100.1%}\n", 2, 68, "\"100.1%\" warns of nothing"},
    {S "target: [50%, attainment > 95%], warn_below: 93%}\n", 2, 88, "above the target (attainment > 95%)"},
    {S "target: 90%, warn_below: 0.95}\n", 2, 68,
        "\"0.95\" is not a level to warn at: write a percentage above the target, such as 93%"},
    {S "warn_below: 93%}\n", 2, 55, "\"warn_below\" needs a target of attainment, such as \"target: 90%\", to warn of"},
    {S "target: p90 <= 5m, warn_below: 93%}\n", 2, 74, "\"warn_below\" needs a target of attainment"},
    {S "target: 9O%, warn_below: 93%}\n", 2, 51, "\"9O%\" is not a target"},
    /* names of events */
    {"standards:\n  calls: {start: true, stop: b}\n", 2, 18,
        "\"true\" (a truth value) is not the name of an event: if it is meant, quote it: \"true\""},
    {"standards:\n  calls: {start: 5, stop: b}\n", 2, 18, "\"5\" (a number) is not the name of an event"},
    {"standards:\n  calls: {start: , stop: b}\n", 2, 18, "nothing is not the name of an event"},
    {"standards:\n  calls: {start: [], stop: b}\n", 2, 18, "an empty list names no event"},
    {"standards:\n  calls: {start: [[a]], stop: b}\n", 2, 19, "a list in a list of events"},
    {"standards:\n  calls: {start: {author: x}, stop: b}\n", 2, 18, "an event without its name"},
    {"standards:\n  calls: {start: {event: 0x1F}, stop: b}\n", 2, 26, "\"0x1F\" (a number)"},
    {"standards:\n  calls: {start: {event: a, at: b}, stop: b}\n", 2, 29, "\"at\" is no attribute"},
    /* matches and patterns */
    {S "match: phone}\n", 2, 50, "\"phone\" is not a match: it needs a map"},
    {S "match: []}\n", 2, 50, "an empty list never holds"},
    {S "match: {event: a}}\n", 2, 51, "\"event\" is no attribute"},
    {S "match: {id: a}}\n", 2, 51, "\"id\" is no attribute"},
    {S "match: {5: a}}\n", 2, 51, "\"5\" (a number) is not the name of an attribute"},
    {S "match: {channel: ~}}\n", 2, 60, "an attribute that must be absent is {exists: false}"},
    {S "match: {channel: }}\n", 2, 60, "nothing as a pattern"},
    {S "match: {channel: []}}\n", 2, 60, "an empty list fits nothing"},
    {S "match: {channel: {}}}\n", 2, 60, "an empty map asks for nothing"},
    {S "match: {channel: {nto: a}}}\n", 2, 61, "unknown key \"nto\" in a pattern: did you mean \"not\"?"},
    {S "match: {channel: {in: [a]}}}\n", 2, 61,
        "unknown key \"in\" in a pattern: known are not, exists, glob, at_least or at_most"},
    {S "match: {channel: {exists: yes}}}\n", 2, 69, "write true or false"},
    {S "match: {channel: {glob: 5}}}\n", 2, 67, "\"5\" is not a glob"},
    {S "match: {n: {at_least: \"3\"}}}\n", 2, 65,
        "\"3\" (a text) is not a bound: a number is needed, without quotes"},
    {S "match: {n: {at_most: true}}}\n", 2, 64, "(a truth value) is not a bound"},
    {S "match: {n: 1e999}}\n", 2, 54, "beyond the range of a double"},
    {S "paused_while: [{status: {glob: [a]}}]}\n", 2, 74, "a list is not a glob"},
    /* limits */
    {S "within: 2}\n", 2, 51, "\"2\" is not a duration: a unit is missing, write 2m, 2s"},
    {S "within: 2 minutes}\n", 2, 51, "\"2 minutes\" is not a duration"},
    {S "within: -5s}\n", 2, 51, "\"-5s\" is not a duration"},
    {S "within: }\n", 2, 51, "nothing is not a duration"},
    {S "within: []}\n", 2, 51, "an empty list sets no limit"},
    {S "within: {limit: 2m}}\n", 2, 51, "a map is not a limit"},
    {S "within: [2m]}\n", 2, 52, "\"2m\" instead of the keys of a rule of \"within\""},
    {S "within: [{match: {a: b}}]}\n", 2, 52, "a rule of \"within\" without its \"limit\""},
    {S "within: [{limit: 2m, calender: always}]}\n", 2, 64,
        "unknown key \"calender\" in a rule of \"within\": did you mean \"calendar\"?"},
    {S "calendar: ofice}\n" C "{hours: {mon: \"09:00-10:00\"}}\n", 2, 53,
        "unknown calendar \"ofice\": did you mean \"office\"?"},
    {S "calendar: night}\n", 2, 53, "unknown calendar \"night\": no `calendars` defines it"},
    {S "within: [{limit: 1h, calendar: alway}]}\n", 2, 74, "did you mean \"always\"?"},
    {S "due: 5}\n", 2, 48, "\"5\" (a number) is not the name of an attribute"},
    /* abandon */
    {S "abandon: abandoned}\n", 2, 52, "\"abandoned\" instead of the keys of \"abandon\""},
    {S "abandon: {short: 5s}}\n", 2, 52, "\"abandon\" without its \"event\""},
    {S "abandon: {event: x, short: 5}}\n", 2, 70, "a unit is missing"},
    {S "abandon: {event: x, formula: offerd}}\n", 2, 72,
        "\"offerd\" is not a formula: did you mean \"offered\"?"},
    {S "abandon: {event: x, formula: sum}}\n", 2, 72,
        "write answered, abandons-met, offered, late-abandons, short-met or less-short"},
    {S "abandon: {event: x, after_limit: met}}\n", 2, 76, "\"met\" cannot follow a limit that ran out"},
    {S "abandon: {event: x, before_limit: mised}}\n", 2, 77,
        "\"mised\" is not an outcome: did you mean \"missed\"?"},
    /* subjects and groups */
    {S "by: [queue, queue]}\n", 2, 55, "attribute \"queue\" is given twice"},
    {S "by: event}\n", 2, 47, "\"event\" is no attribute"},
    {S "per: []}\n", 2, 48, "an empty list names no subject"},
    {S "per: {a: b}}\n", 2, 48, "a map is not the name of an attribute"},
    {S "by: [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q]}\n", 2, 47, "17 attributes: at most 16"},
    /* figures */
    {S "target: 90}\n", 2, 51, "\"90\" is not a target: write 90% or STAT OP NUMBER, such as \"p90 <= 30s\""},
    {S "target: 101%}\n", 2, 51, "from 0% to 100%"},
    {S "target: p90}\n", 2, 51, "\"p90\" is not a target"},
    {S "target: p101 <= 5s}\n", 2, 51, "a percentile is from p0 to p100"},
    {S "target: p90 <= 30}\n", 2, 51, "a duration is needed here: a unit is missing"},
    {S "target: avg <= 30s}\n", 2, 51, "unknown statistic \"avg\": known are attainment, missed"},
    {S "target: maen <= 30s}\n", 2, 51, "unknown statistic \"maen\": did you mean \"mean\"?"},
    {S "target: mean => 30s}\n", 2, 51, "unknown operator \"=>\": write >=, <=, > or <"},
    {S "target: attainment >= 0.9}\n", 2, 51, "attainment needs a percentage"},
    {S "target: missed <= 1.5}\n", 2, 51, "missed needs a whole number"},
    {S "target: [90%, attainment >= 90%]}\n", 2, 57, "target \"attainment >= 90%\" is given twice"},
    {V "target: mean >= 30s}\n", 2, 46, "a value standard needs a number here"},
    {S "window: 30}\n", 2, 51, "a unit is missing"},
    {S "window: 0s}\n", 2, 51, "\"0s\" is too short"},
    {S "window: monht}\n", 2, 51, "\"monht\" is not a window: did you mean \"month\"?"},
    {S "min_count: 0}\n", 2, 54, "\"0\" is not a count: a whole number of at least 1"},
    {S "min_count: 1.5}\n", 2, 54, "a whole number"},
    {S "percentiles: 95}\n", 2, 56, "\"95\" is not a list of percentiles"},
    {S "percentiles: [50, 101]}\n", 2, 61, "\"101\" is not a percentile"},
    {S "percentiles: [50, 50.0]}\n", 2, 61, "percentile \"50.0\" is given twice"},
    {S "percentiles: [p50]}\n", 2, 57, "\"p50\" is not a percentile"},
    {S "timezone: Europe/Rige}\n", 2, 53, "did you mean \"Europe/Riga\"?"},
    {V "at_least: good}\n", 2, 48, "\"good\" is not a bound: a number is needed"},
    /* calendars */
    {"calendars: {always: {hours: {mon: \"09:00-10:00\"}}}\n", 1, 13, "calendar \"always\" is built in"},
    {C "{}\n", 2, 3, "calendar \"office\" is never open"},
    {C "{hors: {mon: \"09:00-10:00\"}}\n", 2, 12,
        "unknown key \"hors\" in calendar \"office\": did you mean \"hours\"?"},
    {C "{hours: \"09:00-10:00\"}\n", 2, 19, "is not a map of days to hours"},
    {C "{hours: {mon-fir: \"09:00-10:00\"}}\n", 2, 20,
        "unknown day \"fir\" in `hours`: did you mean \"fri\"?"},
    {C "{hours: {weekdays: \"09:00-10:00\"}}\n", 2, 20, "known are mon, tue"},
    {C "{hours: {mon: 9-17}}\n", 2, 25, "\"9-17\" is not a span of hours"},
    {C "{hours: {mon: \"09:00-24:30\"}}\n", 2, 25, "is not a span of hours"},
    {C "{hours: {mon: \"09:60-10:00\"}}\n", 2, 25, "is not a span of hours"},
    {C "{hours: {mon: \"09:00-09:00\"}}\n", 2, 25,
        "a span from a time to itself: a whole day is \"00:00-24:00\""},
    {C "{hours: {mon: \"24:00-06:00\"}}\n", 2, 25, "24:00 can only end a day"},
    {C "{hours: {mon: }}\n", 2, 25, "a closed day is []"},
    {C "{hours: {mon: \"09:00-10:00\"}, holidays: 2026-12-25}\n", 2, 51, "is not a list of dates"},
    {C "{hours: {mon: \"09:00-10:00\"}, holidays: [2026-02-30]}\n", 2, 52, "\"2026-02-30\" is not a date"},
    {C "{hours: {mon: \"09:00-10:00\"}, holidays: [{hours: []}]}\n", 2, 52, "a holiday without its \"date\""},
    {C "{hours: {mon: \"09:00-10:00\"}, timezone: Mars/Base}\n", 2, 51, "Mars/Base"},
    /* settings */
    {"timezone: europe/riga\n", 1, 11, "did you mean \"Europe/Riga\"?"},
    {"timezone: 5\n", 1, 11, "is not a time zone"},
    {"grace: 2\n", 1, 8, "a unit is missing"},
    {"publish: 1ms\n", 1, 10, "\"1ms\" is too short: at least 100ms is needed"},
    {"retain: 35d\n", 1, 9, "\"35d\" instead of the keys of \"retain\": events, figures or breaches"},
    {"retain: {event: 35d}\n", 1, 10, "did you mean \"events\"?"},
    {"database: [a]\n", 1, 11, "a list is not the path of a database"},
    {"listen: [{unix: /s, mode: 0999}]\n", 1, 27, "\"0999\" is not a mode"},
    {"listen: [{http: 8470}]\n", 1, 17, "\"8470\" is not an address with a port"},
    {"listen: [{http: example.org:80}]\n", 1, 17, "write it like 127.0.0.1:8470"},
    {"listen: [{http: 127.0.0.1:65536}]\n", 1, 17, "is not an address"},
    {"listen: [{tcp: 127.0.0.1:80}]\n", 1, 11, "\"tcp\" has no place in an entry of \"listen\""},
    {"listen: [{http: 127.0.0.1:80, mode: 0660}]\n", 1, 37, "\"mode\" is for unix sockets"},
    {"inputs: [{unix: /a, tcp: 127.0.0.1:80}]\n", 1, 10, "needs one of unix, tcp"},
    {"inputs: [{format: jsonl}]\n", 1, 10, "needs one of unix, tcp"},
    /* formats and maps */
    {"inputs: [{file: /a, format: cvs}]\n", 1, 29,
        "did you mean \"csv\"?"},
    {"inputs: [{file: /a, format: xml}]\n", 1, 29,
        "write jsonl, csv, cloudevents, queue_log or ami"},
    {"inputs: [{file: /a, format: csv}]\n", 1, 29,
        "\"format: csv\" needs a \"map\""},
    {"inputs: [{file: /a, csv: {}}]\n", 1, 26,
        "\"csv\" is for an input with \"format: csv\""},
    {"inputs: [{file: /a, format: queue_log, map: {}}]\n", 1, 45,
        "\"map\" has no place beside \"format: queue_log\""},
    {"listen: [{unix: /a, map: {}}]\n", 1, 21,
        "\"map\" has no place in an entry of \"listen\""},
    {MAP_OF_CSV "event: e, contcat: x}\n", 4, 31,
        "unknown key \"contcat\" in \"map\": did you mean \"contact\"?"},
    {MAP_OF_CSV "at: x}\n", 4, 8,
        "\"map\" needs \"event\" (or \"events\"), what happened"},
    {MAP_OF_CSV "event: [a]}\n", 4, 28,
        "a list is not the name of an event"},
    {MAP_OF_CSV "event: 5}\n", 4, 28,
        "\"5\" (a number) is not the name of an event"},
    {MAP_OF_CSV "event: {values: {a: b}}}\n", 4, 28,
        "\"event\" needs \"field\""},
    {MAP_OF_CSV "event: {field: s, values: {}}}\n", 4, 47,
        "a map of another size instead of 1 to 1000 values"},
    {MAP_OF_CSV "event: {field: s, values: {a: 1}}}\n", 4, 51,
        "\"1\" (a number) is not the name of an event"},
    {MAP_OF_CSV "event: {field: s, other: keep}}\n", 4, 46,
        "\"other\" needs \"values\""},
    {MAP_OF_CSV "event: {field: s, values: {a: b}, other: kep}}\n", 4, 62,
        "\"kep\" is not an answer to \"other\": did you mean \"keep\"?"},
    {MAP_OF_CSV "events: []}\n", 4, 29,
        "0 events: 1 to 100"},
    {MAP_OF_CSV "events: [{at: x}]}\n", 4, 30,
        "an event without its name"},
    {MAP_OF_CSV "events: [{event: a, att: x}]}\n", 4, 41,
        "unknown key \"att\" in an entry of \"events\""},
    {MAP_OF_CSV "events: [{event: a}], at: x}\n", 4, 47,
        "\"at\" stands beside \"events\""},
    {MAP_OF_CSV "event: e, zone: Amerika/New_York}\n", 4, 37,
        "Amerika/New_York"},
    {MAP_OF_CSV "event: e, zone: [a]}\n", 4, 37,
        "a list is not a time zone"},
    {MAP_OF_CSV "event: e, time: dd.mm.yyyy}\n", 4, 37,
        "\"dd.mm.yyyy\" is not a form of times: write iso, epoch, epoch_ms, or a pattern"},
    {MAP_OF_CSV "event: e, time: \"%d.%m\"}\n", 4, 37,
        "it lacks %Y, the year"},
    {MAP_OF_CSV "event: e, time: \"%Y-%m-%d %Q\"}\n", 4, 37,
        "%Q is unknown: known are %Y"},
    {MAP_OF_CSV "event: e, time: \"%Y-%m-%d %I:%M\"}\n", 4, 37,
        "%I needs %p"},
    {MAP_OF_CSV "event: e, time: [iso, \"%F %Y\"]}\n", 4, 43,
        "%Y says again"},
    {MAP_OF_CSV "event: e, attributes: {queue: [a]}}\n", 4, 51,
        "a list is not the name of a column"},
    {MAP_OF_CSV "event: e, attributes: {at: x}}\n", 4, 44,
        "\"at\" is no attribute"},
    {MAP_OF_CSV "event: e, attributes: {contact: x}}\n", 4, 44,
        "choose another name"},
    {MAP_OF_CSV "event: e, attributes: {q: {as: date}}}\n", 4, 52,
        "\"date\" is not a kind of value: write text, number, boolean or time"},
    {MAP_OF_CSV "event: e, attributes: {q: {feild: x}}}\n", 4, 48,
        "did you mean \"field\"?"},
    {MAP_OF_CSV "event: e, attributes: [a, a]}\n", 4, 47,
        "attribute \"a\" is given twice"},
    {MAP_OF_CSV "event: e, others: all}\n", 4, 39,
        "\"all\" is not an answer to \"others\": write keep or drop"},
    {MAP_OF_CSV "event: e, set: [a]}\n", 4, 36,
        "a list instead of at most 1000 attributes"},
    {MAP_OF_CSV "event: e, set: {channel: }}\n", 4, 46,
        "nothing is not the value of an attribute"},
    {MAP_OF_CSV "event: e, attributes: [q], set: {q: 1}}\n", 4, 54,
        "attribute \"q\" is given under \"attributes\", too"},
    {MAP_OF_CSV "event: e, id: i, once: true}\n", 4, 44,
        "\"once\" and \"id\" exclude one another"},
    {MAP_OF_CSV "event: e, once: maybe}\n", 4, 37,
        "write true or false"},
    {"inputs:\n- file: /a\n  format: csv\n  map: {event: e}\n", 4, 8,
        "\"map\" needs \"contact\": the column"},
    {"inputs:\n- file: /a\n  format: csv\n  csv: {delimiter: ab}\n  map: {contact: c, event: e}\n", 4, 20,
        "\"ab\" is not a delimiter: write one character"},
    {"inputs:\n- file: /a\n  format: csv\n  csv: {header: false}\n  map: {contact: c, event: e}\n", 5, 18,
        "\"c\" is not the number of a column"},
    {"inputs:\n- file: /a\n  format: csv\n  csv: {header: true, columns: [a]}\n  map: {contact: a, event: e}\n", 4, 32,
        "\"columns\" is for files without a header"},
    {"inputs:\n- file: /a\n  format: csv\n  csv: {columns: [call, a]}\n  map: {contact: cal, event: e}\n", 5, 18,
        "\"columns\" has no \"cal\": did you mean \"call\"?"},
    {"inputs:\n- file: /a\n  format: csv\n  csv: {columns: [a, a]}\n  map: {contact: a, event: e}\n", 4, 22,
        "column \"a\" is given twice"},
    {MAP_OF_JSON "contact: []}\n", 3, 18,
        "0 fields: name 1 to 8"},
    {MAP_OF_JSON "contact: [a, {b: c}]}\n", 3, 22,
        "a map is not the name of a field"},
    /* endpoints, again */
    {"inputs: [{unix: /a}, {unix: /a}]\n", 1, 22, "the same place is given twice, first in line 1"},
    {"listen: [{unix: "
     "/123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012"
     "34567890}]\n",
        1, 17, "too long for a socket: at most 95 bytes"},
    {"include: missing.yaml\n", 1, 10, "cannot be read: No such file or directory"},
    {"include: {a: b}\n", 1, 10, "a map is not a file or a pattern of files"},
    /* YAML itself */
    {"grace: 2s\ngrace: 3s\n", 2, 1, "key \"grace\" is given twice, first in line 1"},
    {S "within: 2m, within: 3m}\n", 2, 55, "key \"within\" is given twice"},
    {"standards:\n  calls: {start: a, stop: b}\n  calls: {start: a, stop: b}\n", 3, 3,
        "key \"calls\" is given twice, first in line 2"},
    {"standards: !!map {}\n", 1, 12, "tags have no meaning here"},
    {"grace: !mine 2s\n", 1, 8, "tag \"!mine\""},
    {"standards:\n  a: &a {start: x, stop: y}\n  b: {<<: *a, within: 2m}\n", 3, 7,
        "merge keys (<<) are not supported", 2},
    {"standards: {}\n---\ngrace: 2s\n", 2, 1, "a second document"},
    {"[a]: b\n", 1, 1, "a list as a key"},
    {"grace: *g\n", 1, 8, "alias *g of no anchor before it"},
    {"standards: &s {a: *s}\n", 1, 19, "alias *s of no anchor before it"},
    {"grace: \"2s\\0\"\n", 1, 8, "a NUL character", 2},
    {"standards:\n\tcalls: {}\n", 2, 1, "indent with spaces, not tabs"},
    {"grace: @2s\n", 1, 8, "needs quotes"},
    {S "match: {a: {glob: *b*}}}\n", 2, 61, "a text that begins with * needs quotes"},
    {S "match: {a: {glob: *}}}\n", 2, 61, "a text that begins with * needs quotes"},
    {"describe: a: b\n", 1, 12, "a text with \": \" in it needs quotes"},
    {"a: [1, 2\n", 2, 1, "not YAML"},
    {"%TAG ! tag:example.org,2000:\n---\na: b\n", 1, 1, "%TAG: tags have no meaning here"},
    {"grace: 2s\nb: \xff\n", 2, 4, "not UTF-8"},
    {"# \xc3\xa9\xc3\xa9 \x01\n", 1, 6, "a character that YAML does not allow"},
};

static bool is_said(const struct findings *findings, const struct wrong *wrong) {
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *f = &findings->list[i];
        if (!f->is_warning && f->line == wrong->line && f->column == wrong->column &&
            strstr(f->text, wrong->says))
            return true;
    }
    return false;
}

static void each_error_is_placed_and_worded(void **state) {
    (void)state;
    struct folder folder;
    size_t failures = 0;
    folder_make(&folder);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct wrong *wrong = &table[i];
        struct findings findings = {0};
        struct buf said = {0};
        folder_write(&folder, "slad.yaml", wrong->text);
        struct config *config = folder_load(&folder, &findings);
        findings_render(&findings, &said);
        if (config || !is_said(&findings, wrong) ||
            findings_errors(&findings) != (wrong->errors ? wrong->errors : 1)) {
            print_error("%s  wants %d:%d %s\n  says %s\n", wrong->text, wrong->line, wrong->column,
                wrong->says, buf_text(&said));
            failures++;
        }
        config_free(config);
        buf_fini(&said);
        findings_fini(&findings);
    }
    folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void all_errors_are_said_at_once(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    struct buf said = {0};
    char wanted[2048];
    folder_make(&folder);
    folder_write(&folder, "slad.yaml",
        "include: [b.yaml, a.yaml]\ngrace: 2\nstandards:\n  one: {start: a, stop: b, within: 2}\n");
    folder_write(&folder, "a.yaml", "standards:\n  two: {start: a, stop: b, witin: 2m, calendar: ofice}\n");
    folder_write(&folder, "b.yaml", "calendars:\n  office: {hours: {mon: \"9-10\"}}\n");
    assert_null(folder_load(&folder, &findings));
    findings_render(&findings, &said);
    const char *at = folder.path;
    snprintf(wanted, sizeof wanted,
        "%s/slad.yaml:2:8: error: \"2\" is not a duration: a unit is missing, write 2m, 2s …\n"
        "%s/slad.yaml:4:36: error: \"2\" is not a duration: a unit is missing, write 2m, 2s …\n"
        "%s/b.yaml:2:25: error: \"9-10\" is not a span of hours: write it like \"09:00-17:30\"\n"
        "%s/a.yaml:2:28: error: unknown key \"witin\" in standard \"two\": did you mean \"within\"?\n"
        "%s/a.yaml:2:49: error: unknown calendar \"ofice\": did you mean \"office\"?\n",
        at, at, at, at, at);
    assert_string_equal(buf_text(&said), wanted);
    buf_fini(&said);
    findings_fini(&findings);
    folder_remove(&folder);
}

/* A calendar that may stand in a file that cannot be parsed is not also called unknown. */
static void a_broken_file_makes_no_other_errors(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    folder_make(&folder);
    folder_write(
        &folder, "slad.yaml", "include: a.yaml\nstandards:\n  one: {start: a, stop: b, calendar: office}\n");
    folder_write(&folder, "a.yaml", "calendars: [\n");
    assert_null(folder_load(&folder, &findings));
    assert_int_equal(findings.count, 1);
    assert_string_equal(findings.list[0].file, folder_at(&folder, "a.yaml"));
    findings_fini(&findings);
    folder_remove(&folder);
}

static void an_error_in_an_aliased_value_is_said_once(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    folder_make(&folder);
    folder_write(&folder, "slad.yaml",
        "standards:\n  one: {start: a, stop: b, match: &m {q: {nto: 1}}}\n  two: {start: a, stop: b, match: "
        "*m}\n");
    assert_null(folder_load(&folder, &findings));
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings_errors(&findings), 1);
    findings_fini(&findings);
    folder_remove(&folder);
}

static void warnings_do_not_refuse(void **state) {
    (void)state;
    static const char *const texts[] = {
        S "pause: held}\n",
        S "within: [{limit: 1h}, {match: {a: b}, limit: 2h}]}\n",
        V "at_least: 4, at_most: 2}\n",
    };
    struct folder folder;
    folder_make(&folder);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct findings findings = {0};
        folder_write(&folder, "slad.yaml", texts[i]);
        struct config *config = folder_load(&folder, &findings);
        assert_non_null(config);
        assert_int_equal(findings.count, 1);
        assert_true(findings.list[0].is_warning);
        assert_int_equal(findings_errors(&findings), 0);
        config_free(config);
        findings_fini(&findings);
    }
    folder_remove(&folder);
}

static void a_missing_or_odd_main_file_is_an_error(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    struct config *config = NULL;
    folder_make(&folder);
    assert_int_equal(config_load(folder_at(&folder, "none.yaml"), &config, &findings), ERR_INVALID);
    assert_int_equal(config_load(folder.path, &config, &findings), ERR_INVALID);
    assert_null(config);
    assert_int_equal(findings.count, 2);
    assert_string_equal(findings.list[0].text, "cannot be read: No such file or directory");
    assert_int_equal(findings.list[0].line, 0);
    assert_string_equal(findings.list[1].text, "cannot be read: Is a directory");
    findings_fini(&findings);
    folder_remove(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_is_placed_and_worded),
        cmocka_unit_test(all_errors_are_said_at_once),
        cmocka_unit_test(a_broken_file_makes_no_other_errors),
        cmocka_unit_test(an_error_in_an_aliased_value_is_said_once),
        cmocka_unit_test(warnings_do_not_refuse),
        cmocka_unit_test(a_missing_or_odd_main_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
