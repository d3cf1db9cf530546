//! What the program counts, as it tells it.

use std::collections::BTreeMap;

use super::Magpie;

/// The page of figures: each name, with its labels, and its value.
pub struct Figures(pub BTreeMap<String, f64>);

impl Figures {
    /// Those of now. The program was started with `--metrics-listen`.
    pub async fn of(server: &Magpie) -> Self {
        let address = server.figures.expect("it tells figures");
        let answer = reqwest::get(format!("http://{address}/metrics")).await.unwrap();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
        let page = answer.text().await.unwrap();
        let lines = page.lines().filter(|line| !line.starts_with('#'));
        let figures = lines.map(|line| line.rsplit_once(' ').unwrap());
        Self(
            figures
                .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
                .collect(),
        )
    }

    /// One of them; 0 when it is not told.
    pub fn get(&self, name: &str) -> f64 {
        self.0.get(&format!("magpie_{name}")).copied().unwrap_or_default()
    }
}
