// The nouns of Sluice, as values: no input or output, no Foundation, no other target.
//
//   Identifiers   who sent it, which delivery it is
//   Time          civil dates, months and reporting periods, instants
//   Plan          what the worker needs to know about one plugin, compiled from its folder
//   Finding       what is wrong with the data, never with a value in it
//   RecordBlock   minimised records, column by column, each value a code of the shared model
//   Delivery      one file's way through the intake and its outcome
//   EventModel    the shared dimensions and their codes
//   Ledger        what is written down about each decision
//   Release       what an analyst asked for, and the counts that answer it
//   SearchOptions what to hide first in a release, and how hard to try
//   Review        what must not be forgotten, and the warnings it raises

/// The program version that receipts, provenance and `--version` state.
package let sluiceVersion = "0.1.0"
