// Reads a plugin folder and the shared model, and compiles them to the plan the worker carries out.
//
//   Model/ModelReader     model.yaml and its code files, to an `EventModel`
//   Plugin/PluginReader   plugin.yaml, schemas, mappings and code lists, to a `Plugin`
//   Compile/PlanCompiler  both of them, to a `FormatPlan`
//   SchemaExport          a schema of a plugin, in the flat standard form
//   Pattern/              regular expressions, to tables of a deterministic automaton
//   Samples               sample files and the receipts they should get
//   PluginSkeleton        a new plugin to begin from
//
// Every mistake is reported, each with file, line, column and a hint; nothing stops at the first.
