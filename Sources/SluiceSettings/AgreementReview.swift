package import SluiceModel
import SluiceYAML

/// The end of an agreement raises its warnings by itself: it is an item beside those of the register.
extension Authority {
    /// Nil where the agreement runs until further notice.
    func agreementReview(_ operator: Operator) -> ReviewItem? {
        guard let lastDay = agreement.validTo else { return nil }
        return ReviewItem(
            id: agreementReviewID(id.text), kind: .agreement, title: "Renew \(agreement.reference) with \(name)",
            owner: `operator`.governanceContact ?? governanceContact,
            schedule: .agreement(authority: id, lastDay: lastDay),
            source: "draft guidance June 2022, paras 163, 166")
    }
}

extension Settings {
    /// The register, and then the end of each agreement that has one.
    package var reviewItems: [ReviewItem] { reviews + authorities.compactMap { $0.agreementReview(`operator`) } }
}

func agreementReviewID(_ authority: String) -> String { "agreement-" + authority }
