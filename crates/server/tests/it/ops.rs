//! What `ops/` gives to Prometheus and Grafana: every metric that it names exists, every metric is shown, and
//! Prometheus evaluates all of it against a running server.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::app::TestApp;

fn ops(file: &str) -> PathBuf {
    crate::readme::root().join("ops").join(file)
}

fn text(file: &str) -> String {
    fs::read_to_string(ops(file)).expect("a file of ops/")
}

/// The names of our metrics in a text, without the ends that histograms add.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = words.filter(|word| word.starts_with("dossier_"));
    let plain = |word: &str| {
        let ends = ["_bucket", "_sum", "_count"];
        ends.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word).to_owned()
    };
    ours.map(plain).collect()
}

/// The expressions of the dashboard, with the values that its variables have in this test.
fn dashboard_expressions() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&text("dashboard.json")).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let expressions = targets.map(|target| target["expr"].as_str().expect("an expression"));
    let filled = |expression: &str| {
        let replaced = expression.replace("$job", "dossier").replace("$instance", ".*");
        replaced.replace("$__rate_interval", "1m")
    };
    expressions.map(filled).collect()
}

/// A server with something in every family of metrics.
async fn used() -> (TestApp, String) {
    let app = TestApp::start().await;
    app.given("individual").await;
    let metrics = TestApp::send(app.client.get(format!("{}/metrics", app.metrics_url))).await.text;
    (app, metrics)
}

#[tokio::test]
async fn every_metric_that_is_named_exists_and_every_metric_is_on_the_dashboard() {
    let (_app, metrics) = used().await;
    let helped = metrics.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split(' ').next());
    let exist: BTreeSet<String> = helped.map(str::to_owned).collect();
    assert!(exist.len() > 25, "{exist:?}");
    let shown = named(&dashboard_expressions().join("\n"));
    for (place, names) in [("alerts", named(&text("alerts.yml"))), ("dashboard", shown.clone())] {
        let unknown: Vec<_> = names.difference(&exist).collect();
        assert!(unknown.is_empty(), "{place}: no such metrics: {unknown:?}");
    }
    let hidden: Vec<_> = exist.difference(&shown).collect();
    assert!(hidden.is_empty(), "not on the dashboard: {hidden:?}");
    let documented = fs::read_to_string(crate::readme::root().join("docs/operations.md")).expect("text");
    let alerts = text("alerts.yml");
    for alert in alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        assert!(documented.contains(&format!("`{alert}`")), "docs/operations.md does not say what to do about {alert}");
    }
}

/// `./check setup` installs promtool. Without it, there is nothing to ask.
#[test]
fn each_alert_fires_when_it_should() {
    let Ok(said) = Command::new("promtool").args(["test", "rules"]).arg(ops("alerts_test.yml")).output() else {
        return;
    };
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    let (rules, tests) = (text("alerts.yml"), text("alerts_test.yml"));
    for alert in rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        assert!(tests.contains(&format!("\n        alertname: {alert}\n")), "{alert} has no test in which it fires");
    }
}

/// A Prometheus that reads one server, and ends with the test.
struct Prometheus {
    process: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Prometheus {
    /// `None` where it is not installed.
    fn start(target: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = target.trim_start_matches("http://");
        let config = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\nrule_files: ['{}']\nscrape_configs:\n  - \
             job_name: dossier\n    static_configs: [{{ targets: ['{target}'] }}]\n",
            ops("alerts.yml").display()
        );
        let path = folder.path().join("prometheus.yml");
        fs::write(&path, config).expect("a file");
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", path.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        Some(Self { process, url: format!("http://127.0.0.1:{port}"), _folder: folder })
    }

    /// Asks until the answer is as expected, for at most half a minute.
    async fn ask(&self, app: &TestApp, path: &str, query: &[(&str, &str)], fits: impl Fn(&Value) -> bool) -> Value {
        let url = reqwest::Url::parse_with_params(&format!("{}{path}", self.url), query).expect("a URL");
        let mut last = Value::Null;
        for _ in 0..150 {
            if let Ok(response) = app.client.get(url.clone()).send().await {
                last = response.json().await.unwrap_or(Value::Null);
                if fits(&last) {
                    return last;
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{path} {query:?}: {last}");
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn prometheus_evaluates_every_rule_and_every_expression_of_the_dashboard() {
    let (app, _) = used().await;
    let Some(prometheus) = Prometheus::start(&app.metrics_url) else { return };
    let is_up = |answer: &Value| answer["data"]["result"][0]["value"][1] == "1";
    prometheus.ask(&app, "/api/v1/query", &[("query", "up{job=\"dossier\"}")], is_up).await;
    let rules = |answer: &Value| answer["data"]["groups"][0]["rules"].as_array().cloned().unwrap_or_default();
    let evaluated = |answer: &Value| {
        let rules = rules(answer);
        !rules.is_empty() && rules.iter().all(|rule| rule["health"] == "ok" && rule["lastError"].is_null())
    };
    let answer = prometheus.ask(&app, "/api/v1/rules", &[], evaluated).await;
    let expected = text("alerts.yml").matches("- alert: ").count();
    assert_eq!(rules(&answer).len(), expected);
    let expressions = dashboard_expressions();
    assert!(expressions.len() > 25);
    for expression in expressions {
        let succeeded = |answer: &Value| answer["status"] == "success";
        prometheus.ask(&app, "/api/v1/query", &[("query", &expression)], succeeded).await;
    }
    // The two that are new have values.
    for query in ["dossier_store_commit_duration_seconds_count > 0", "dossier_disk_free_bytes > 0"] {
        let has_value = |answer: &Value| answer["data"]["result"].as_array().is_some_and(|found| !found.is_empty());
        prometheus.ask(&app, "/api/v1/query", &[("query", query)], has_value).await;
    }
}

/// Whether the check of the doctor with this name is good, and what it says.
fn checked(checks: &Value, name: &str) -> (bool, String) {
    let check = checks.as_array().expect("checks").iter().find(|check| check["check"] == name).expect("a check");
    (check["ok"] == true, check["detail"].as_str().expect("a text").to_owned())
}

#[test]
fn the_health_command_and_the_doctor_ask_the_running_server() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let free = || std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free().local_addr().expect("bound").port();
    let dossier = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dossier"));
        command.args(words).current_dir(folder.path());
        command.env("DOSSIER_LISTEN", "127.0.0.1:0").env("DOSSIER_METRICS_LISTEN", format!("127.0.0.1:{port}"));
        command
    };
    let health = || dossier(&["health"]).output().expect("the binary");
    assert_eq!(health().status.code(), Some(1), "nothing is running");
    let mut server = dossier(&["serve"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary");
    let began = std::time::Instant::now();
    while !health().status.success() {
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", health());
        std::thread::sleep(Duration::from_millis(200));
    }
    let doctor = || {
        let said = dossier(&["doctor", "--output", "json"]).output().expect("the binary").stdout;
        serde_json::from_slice::<Value>(&said).expect("JSON")
    };
    let checks = doctor();
    assert_eq!(checked(&checks, "metrics"), (true, format!("at http://127.0.0.1:{port}/metrics")));
    assert!(checked(&checks, "version").1.starts_with(env!("CARGO_PKG_VERSION")));
    assert!(checked(&checks, "disk").1.contains("MiB are free"));
    server.kill().expect("killed");
    server.wait().expect("ended");
    assert!(checked(&doctor(), "metrics").1.ends_with("while a server is running"));
}
