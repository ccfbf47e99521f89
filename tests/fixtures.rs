//! The real scrapes are what `fixtures/README.md` says of them.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

fn scrape(name: &str) -> String {
    fs::read_to_string(format!("fixtures/scrapes/{name}")).unwrap()
}

fn is_scrape(name: &str) -> bool {
    Path::new(name).extension() == Some("prom".as_ref())
}

fn families(body: &str) -> usize {
    body.lines()
        .filter(|line| line.starts_with("# TYPE "))
        .count()
}

fn series(body: &str) -> usize {
    body.lines().filter(|line| !line.starts_with('#')).count()
}

#[test]
fn every_scrape_has_the_counts_of_the_readme() {
    let readme = fs::read_to_string("fixtures/README.md").unwrap();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut compared = 0;
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").collect();
        let name = cells[0].trim_end_matches('`');
        if !is_scrape(name) {
            continue;
        }
        let body = scrape(name);
        assert_eq!(families(&body).to_string(), cells[1], "families, {row}");
        assert_eq!(
            series(&body).to_string(),
            cells[2].replace(',', ""),
            "series, {row}"
        );
        compared += 1;
    }
    let kept = fs::read_dir("fixtures/scrapes").unwrap();
    let kept = kept.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(compared, kept.filter(|name| is_scrape(name)).count());
}

#[test]
fn the_busy_client_has_211_sample_names() {
    let body = scrape("busy-client.prom");
    let samples = body.lines().filter(|line| !line.starts_with('#'));
    let names: BTreeSet<&str> = samples
        .map(|line| line.split(['{', ' ']).next().unwrap())
        .collect();
    assert_eq!(names.len(), 211);
}

#[test]
fn three_families_of_a_first_scrape_have_no_sample() {
    let body = scrape("first-scrape.prom");
    let lines: Vec<&str> = body.lines().collect();
    let bare: Vec<&str> = lines
        .windows(2)
        .filter(|pair| pair[0].starts_with("# TYPE ") && pair[1].starts_with("# HELP "))
        .map(|pair| pair[0].split(' ').nth(2).unwrap())
        .collect();
    assert_eq!(
        bare,
        ["response_latency_ms", "response_total", "tcp_close_total"]
    );
}

#[test]
fn the_joined_dump_is_two_scrapes_and_an_error_under_headers() {
    let (idle, inbound) = (scrape("idle.prom"), scrape("grpc-failures-inbound.prom"));
    let joined = format!(
        "#\n# POD idle-5d8f7c6b94-x2k9q (1 of 3)\n#\n{idle}\
         #\n# POD voting-58b6f7c9d4-tl7hc (2 of 3)\n#\n{inbound}\
         #\n# POD web-6c8b7d5f49-pn5vd (3 of 3)\n#\n# ERROR: pod not running: Pending\n"
    );
    assert!(scrape("joined.txt") == joined);
}

#[test]
fn compressed_scrapes_hold_the_plain_ones() {
    let idle = scrape("idle.prom");
    let file = fs::File::open("fixtures/scrapes/idle.prom.gz").unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    assert!(text == idle);

    let file = fs::File::open("fixtures/scrapes/two-proxies.tar.zst").unwrap();
    let mut archive = tar::Archive::new(zstd::Decoder::new(file).unwrap());
    let mut found = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        found.push((path, text));
    }
    let inbound = scrape("grpc-failures-inbound.prom");
    let expected = [
        ("emojivoto/idle-5d8f7c6b94-x2k9q.prom".to_owned(), idle),
        ("emojivoto/voting-58b6f7c9d4-tl7hc.prom".to_owned(), inbound),
    ];
    assert!(found == expected);
}

#[test]
fn controller_bodies_are_lines_of_the_idle_scrape() {
    let idle = scrape("idle.prom");
    let idle: BTreeSet<&str> = idle.lines().collect();
    let joined = scrape("joined-controller.txt");
    let body = joined.lines().filter(|line| *line != "#");
    let ours = ["# POD ", "# CONTAINER ", "# ERROR "];
    let mut compared = 0;
    for line in body.filter(|line| !ours.iter().any(|prefix| line.starts_with(prefix))) {
        assert!(idle.contains(line), "{line}");
        compared += 1;
    }
    assert!(compared > 20);
    assert!(joined.contains("\n# CONTAINER destination \n#\n"));
}
