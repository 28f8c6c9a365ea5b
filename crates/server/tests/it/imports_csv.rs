//! Imports of CSV.

use crate::app::TestApp;
use crate::command_line::dossier;
use crate::imports::{counts, import, of_email, with_papers};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn csv_is_imported_by_a_mapping() {
    let app = with_papers().await;
    let folder = app.folder.path().to_owned();
    let mapping = r#"
        [columns]
        Mail = "/email"
        Kind = "/type"
        "Legal name" = "/business_legal_name"
        Given = "/associated_persons/0/first_name"
        Owner = "/associated_persons/0/has_ownership"
        Share = "/associated_persons/0/ownership_percentage"
        Scan = "/associated_persons/0/documents/0/path"
        [values."/type"]
        firm = "corporate"
        [constants]
        "/associated_persons/0/documents/0/purpose" = "id_document"
    "#;
    std::fs::write(folder.join("mapping.toml"), mapping).expect("written");
    let csv = "Mail,Kind,Legal name,Given,Owner,Share,Scan,Other\n\
        a@example.com,firm,\"Harbour, Ltd\",Grace,yes,60,papers/passport.png,ignored\n\
        b@example.com,firm,Quay Ltd,,,,,\n\
        c@example.com,firm,Pier Ltd,Alan,maybe,x,,\n";
    std::fs::write(folder.join("rows.csv"), csv).expect("written");
    let report = import(&folder, &["rows.csv", "--mapping", "mapping.toml"]);
    assert_eq!(counts(&report), [3, 2, 0, 1], "{report}");
    let failure = &report["failures"][0];
    assert_eq!((&failure["line"], &failure["column"]), (&4.into(), &"Owner".into()), "{report}");
    let failed = std::fs::read_to_string(folder.join("rows.failed.csv")).expect("the row that failed");
    assert_eq!(
        failed,
        "Mail,Kind,Legal name,Given,Owner,Share,Scan,Other\nc@example.com,firm,Pier Ltd,Alan,maybe,x,,\n"
    );
    let harbour = of_email(&app, "a@example.com").await;
    let person = &harbour["profile"]["associated_persons"][0];
    assert_eq!(
        (&harbour["profile"]["business_legal_name"], &person["has_ownership"]),
        (&"Harbour, Ltd".into(), &true.into())
    );
    assert_eq!(person["documents"][0]["purpose"], "id_document", "{harbour}");
    std::fs::write(folder.join("mapping.toml"), mapping).expect("written");
    let windows = "Mail,Kind,Legal name,Given,Owner,Share,Scan,Other\r\n\r\n\
        d@example.com,firm,Bay Ltd,,,,,\r\n,,,,,,,\r\n\r\n\
        e@example.com,firm,Bay, Ltd,,,,,\r\n";
    std::fs::write(folder.join("windows.csv"), windows).expect("written");
    let report = import(&folder, &["windows.csv", "--mapping", "mapping.toml"]);
    assert_eq!(counts(&report), [2, 1, 0, 1], "{report}");
    let failure = &report["failures"][0];
    assert_eq!((&failure["line"], &failure["code"]), (&6.into(), &"wrong_number_of_fields".into()), "{report}");
    let gap = "[columns]\nMail = '/email'\nKind = '/type'\nGiven = '/associated_persons/1/first_name'";
    std::fs::write(
        folder.join("mapping.toml"),
        gap.replace("Kind = '/type'", "Kind = '/type'\nOther = '/associated_persons/0/first_name'"),
    )
    .expect("written");
    std::fs::write(folder.join("gap.csv"), "Mail,Kind,Given,Other\nf@example.com,corporate,Ada,\n").expect("written");
    let report = import(&folder, &["gap.csv", "--mapping", "mapping.toml"]);
    assert_eq!(report["failures"][0]["pointer"], "/associated_persons/1", "{report}");
    for (mapping, expected) in [
        ("[columns]\nMail = \"/email\"\nKind = \"/email\"", "more than one column or constant is /email"),
        ("[columns]\nMail = \"/verification/foo\"", "a row has no member /verification/foo"),
        ("secret.person@example.com,individual", "line 1"),
        ("[columns]\nNobody = \"/email\"", "the file has no column Nobody"),
        ("[columns]\nMail = \"/nickname\"", "a row has no member /nickname"),
        ("[columns]\nMail = \"email\"", "a row has no member email"),
        ("columns = 1", "invalid type"),
    ] {
        std::fs::write(folder.join("mapping.toml"), mapping).expect("written");
        let arguments = ["customers", "import", "rows.csv", "--mapping", "mapping.toml", "--data-dir", "data"];
        let output = dossier(&folder, &arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expected) && !said.contains("secret.person"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn csv_without_a_mapping_or_with_a_column_twice_is_refused_whole() {
    let app = TestApp::start().await;
    let folder = app.folder.path().to_owned();
    std::fs::write(folder.join("rows.csv"), "Mail,Kind\na@example.com,individual\n").expect("written");
    for (name, more, expected) in [
        ("rows.csv", &[][..], "--mapping"),
        ("twice.csv", &["--mapping", "mapping.toml"], "the column Mail more than once"),
    ] {
        std::fs::write(folder.join("mapping.toml"), "[columns]\nMail = '/email'\nKind = '/type'").expect("written");
        std::fs::write(folder.join("twice.csv"), "Mail,Kind,Mail\na@example.com,individual,b@example.com\n")
            .expect("written");
        let output = dossier(&folder, &[&["customers", "import", name, "--data-dir", "data"], more].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expected), "{name}: {said}");
        assert!(!folder.join(name.replace(".csv", ".failed.csv")).exists(), "nothing is copied");
    }
}
