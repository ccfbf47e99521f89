//! Sums and products (`pkg/ottl/math.go`).

use std::rc::Rc;

use super::ast::Operator;
use super::function::Getter;
use super::scene::Scene;
use super::val::Moment;
use super::val::Val;

/// Values joined by operators, reckoned from left to right.
pub struct Chain {
    /// The first one.
    pub first: Box<dyn Getter>,
    /// The others with the operators before them; at least one.
    pub rest: Vec<(Operator, Box<dyn Getter>)>,
}

impl Getter for Chain {
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        let mut total = self.first.get(scene)?;
        for (operator, getter) in &self.rest {
            total = reckon(&total, *operator, &getter.get(scene)?)?;
        }
        Ok(total)
    }
}

/// A value with a minus before it.
pub struct Negated(pub Box<dyn Getter>);

impl Getter for Negated {
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        match self.0.get(scene)? {
            Val::Int(value) => Ok(Val::Int(value.wrapping_neg())),
            Val::Float(value) => Ok(Val::Float(-value)),
            other => {
                let go_type = match other {
                    Val::Nil => "<nil>",
                    _ => other.go_type(),
                };
                Err(format!(
                    "unsupported unary minus operation on type {go_type}"
                ))
            }
        }
    }
}

fn reckon(left: &Val, operator: Operator, right: &Val) -> Result<Val, String> {
    match (left, right) {
        (Val::Int(left), Val::Int(right)) => ints(*left, operator, *right).map(Val::Int),
        (Val::Int(left), Val::Float(right)) => {
            floats(*left as f64, operator, *right).map(Val::Float)
        }
        (Val::Float(left), Val::Int(right)) => {
            floats(*left, operator, *right as f64).map(Val::Float)
        }
        (Val::Float(left), Val::Float(right)) => floats(*left, operator, *right).map(Val::Float),
        (Val::Int(_) | Val::Float(_), other) => {
            Err(format!("{} must be int64 or float64", shown(other)))
        }
        (Val::Time(left), right) => times(left, operator, right),
        (Val::Duration(left), right) => durations(*left, operator, right),
        (other, _) => Err(format!(
            "{} must be int64, float64, time.Time or time.Duration",
            shown(other)
        )),
    }
}

/// Go's whole numbers wrap around.
fn ints(left: i64, operator: Operator, right: i64) -> Result<i64, String> {
    Ok(match operator {
        Operator::Add => left.wrapping_add(right),
        Operator::Sub => left.wrapping_sub(right),
        Operator::Mult => left.wrapping_mul(right),
        Operator::Div if right == 0 => return Err(DIVIDED.to_owned()),
        Operator::Div => left.wrapping_div(right),
    })
}

fn floats(left: f64, operator: Operator, right: f64) -> Result<f64, String> {
    Ok(match operator {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Div if right == 0.0 => return Err(DIVIDED.to_owned()),
        Operator::Div => left / right,
    })
}

const DIVIDED: &str = "attempted to divide by 0";
const ONLY_SUMS: &str = "only addition and subtraction supported for time.Time and time.Duration";

fn times(left: &Moment, operator: Operator, right: &Val) -> Result<Val, String> {
    let moved = |by: i128| Val::Time(Rc::new(left.moved_to(left.ns + by)));
    match (operator, right) {
        (Operator::Add, Val::Duration(right)) => Ok(moved(i128::from(*right))),
        (Operator::Add, other) => Err(format!(
            "time.Time must be added to time.Duration; found {} instead",
            shown(other)
        )),
        (Operator::Sub, Val::Duration(right)) => Ok(moved(-i128::from(*right))),
        (Operator::Sub, Val::Time(right)) => {
            // Go stops at the longest duration there is.
            let span = left.ns.saturating_sub(right.ns);
            let limited = span.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
            Ok(Val::Duration(limited as i64))
        }
        (Operator::Sub, other) => Err(format!(
            "time.Time or time.Duration must be subtracted from time.Time; found {} instead",
            shown(other)
        )),
        (Operator::Mult | Operator::Div, _) => Err(ONLY_SUMS.to_owned()),
    }
}

fn durations(left: i64, operator: Operator, right: &Val) -> Result<Val, String> {
    match (operator, right) {
        (Operator::Add, Val::Duration(right)) => Ok(Val::Duration(left.wrapping_add(*right))),
        (Operator::Add, Val::Time(right)) => {
            let ns = right.ns + i128::from(left);
            Ok(Val::Time(Rc::new(right.moved_to(ns))))
        }
        (Operator::Add, other) => Err(format!(
            "time.Duration must be added to time.Duration or time.Time; found {} instead",
            shown(other)
        )),
        (Operator::Sub, Val::Duration(right)) => Ok(Val::Duration(left.wrapping_sub(*right))),
        (Operator::Sub, other) => Err(format!(
            "time.Duration must be subtracted from time.Duration; found {} instead",
            shown(other)
        )),
        (Operator::Mult | Operator::Div, _) => Err(ONLY_SUMS.to_owned()),
    }
}

/// As messages show it.
fn shown(value: &Val) -> String {
    match value {
        Val::Nil => "<nil>".to_owned(),
        Val::Bool(value) => value.to_string(),
        Val::Int(value) | Val::Duration(value) => value.to_string(),
        Val::Float(value) => value.to_string(),
        Val::Str(text) => text.to_string(),
        other => format!("a {}", other.go_type()),
    }
}
