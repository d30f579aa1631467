// Chooses what to hide, and finds the walks that prove it enough. Nothing here is trusted: `SluiceCertificate` checks all
// of it again before anything is published. A fault costs utility or an answer, never safety.
//
//   Protect/Board      cells with what hiding them costs and how far they may move
//   Protect/Changes    which changes of an axis are worth trying, the ones that disturb least first
//   Protect/Search     the cheapest product of such changes for one sensitive cell
//   Protect/Protector  all sensitive cells, then what need not have been hidden after all
//   Protect/Conflict   why a cell cannot be protected
//   Solve/             the cheapest change of the atoms around a cell, by linear programming
