/// The files of a new plugin, paths below its folder: it compiles against the shipped model, and its sample passes.
///
/// - Parameter id: A short name (`isShortName`); it is also the folder's.
package func newPluginFiles(id: String) -> [(path: String, text: String)] {
    [
        (
            "plugin.yaml",
            """
            # What this plugin is and which kinds of authority may send it. The name is the folder's.
            plugin: \(id)
            version: 0.1.0
            title: Incidents of \(id), one row each
            # police probation yot fire health nhs-provider local-authority education prison youth-custody
            # policing-body vru voluntary
            kinds: [voluntary]
            # Folders below datasets/, in the order they are tried when a header fits several.
            datasets: [incidents]
            sources:
              - Write here where the format is defined, and which edition

            """
        ),
        (
            "datasets/incidents/schema.yaml",
            """
            # A Table Schema in YAML; our own keys stand under `sluice:`. Every column of the export has an entry here,
            # also those that are dropped: a column no schema knows is reported and dropped.
            #
            # class:     D points at a person, Q narrows to few, H health of a person, S sensitive, N neutral
            # treatment: drop keep band truncate area group scan link
            fields:
              - name: Reference
                title: Reference number of the incident
                constraints: {required: true, unique: true, maxLength: 20}
                sluice: {class: D, treatment: drop, aliases: [Ref]}
              - name: Date
                title: Day of the incident
                type: date
                constraints: {required: true}
                sluice: {class: Q, treatment: truncate, notInFuture: true, formats: ["%d/%m/%Y"]}
              - name: Area
                title: Ward, or statistical area of the Office for National Statistics
                sluice: {class: Q, treatment: area}
              - name: Kind
                title: Kind of incident
                constraints: {required: true}
                sluice: {class: S, treatment: group, codes: incident-kind}
              - name: Age
                title: Age of the person harmed, in whole years
                type: integer
                constraints: {minimum: 0, maximum: 120}
                sluice: {class: Q, treatment: band, optional: true}
              - name: Notes
                title: Free text, searched for identifiers and dropped
                sluice: {class: D, treatment: scan, optional: true}
            missingValues: ["", "NA", "Not known"]
            primaryKey: Reference

            """
        ),
        (
            "datasets/incidents/mapping.yaml",
            """
            # An event kind of the shared model. For aggregates write `counts: {field: Count}` instead.
            event: offence
            dialect:
              delimiters: [",", ";", "\\t"]
              encodings: [utf-8, utf-16, windows-1252]
            # A later file for the same months replaces an earlier one.
            period: {field: Date, unit: month}
            replace: period
            # With more rejected rows than this the whole file is rejected.
            tolerance: {rejectedPercent: 5}
            # Dimension of the shared model: the field its code comes from. What is not named here is not kept.
            map:
              month: Date
              weekday: Date
              area: Area
              offence: Kind
              # A further column of the code list, for another dimension.
              weapon: {field: Kind, column: weapon}
              age: Age

            """
        ),
        (
            "codes/incident-kind.csv",
            """
            code,label,group,valid_from,valid_to,source,weapon
            A,Assault,violence,,,"GK: general knowledge, confirm locally",
            AK,Assault with a knife,violence,,,"GK: general knowledge, confirm locally",knife
            T,Threats,violence,2020-01-01,,"GK: general knowledge, confirm locally",none

            """
        ),
        (
            "samples/good.csv",
            """
            Reference,Date,Area,Kind,Age,Notes
            INVENTED-1,2026-01-05,E05999001,A,34,
            INVENTED-2,2026-01-09,E05999002,AK,17,
            INVENTED-3,2026-01-30,,T,,Made up

            """
        ),
        (
            "samples/good.receipt.json",
            """
            {"outcome": "accepted", "dataset": "incidents", "edition": "",
             "rows": {"read": 3, "accepted": 3, "rejected": 0}}

            """
        ),
        (
            "README.md",
            """
            # \(id)

            Incidents, one row each. Write here who defines the format, where it is described, which edition this is and
            when it was fetched, so that a reader who has never seen it can tell what arrives, what is kept and why.

            | Column | Kept as |
            |---|---|
            | Reference | nothing; it must be unique |
            | Date | month and day of the week |
            | Area | the area it lies in, no finer than the model keeps |
            | Kind | group of offence; weapon, where the kind says it |
            | Age | age band |
            | Notes | nothing |

            Check it with `sluice plugin test DIR`. `docs/plugins.md` lists every key.

            """
        ),
    ]
}
