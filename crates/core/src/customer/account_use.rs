//! What both types of customer say about their use of the account.

use crate::parse::leaf::ShareToken;
use crate::{choice, record};

choice! {
    /// What the account is for.
    AccountPurpose {
        CharitableDonations = "charitable_donations",
        EcommerceRetailPayments = "ecommerce_retail_payments",
        InvestmentPurposes = "investment_purposes",
        Other = "other",
        PaymentsToFriendsOrFamilyAbroad = "payments_to_friends_or_family_abroad",
        Payroll = "payroll",
        PersonalOrLivingExpenses = "personal_or_living_expenses",
        ProtectWealth = "protect_wealth",
        PurchaseGoodsAndServices = "purchase_goods_and_services",
        ReceivePaymentsForGoodsAndServices = "receive_payments_for_goods_and_services",
        ThirdPartyMoneyTransmission = "third_party_money_transmission",
        TreasuryManagement = "treasury_management",
    }
}

record! {
    /// Lets an identity provider share a verification that it made elsewhere.
    container ExternalKycProviderData {
        /// SumSub share KYC token
        sumsub_share_kyc_token: Option<ShareToken>,
    }
}
