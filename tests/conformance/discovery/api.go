package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
)

type object = map[string]any

// Collections by the last part of their path.
var kinds = map[string]string{
	"pods": "Pod", "services": "Service", "endpoints": "Endpoints", "nodes": "Node", "namespaces": "Namespace",
	"endpointslices": "EndpointSlice", "ingresses": "Ingress", "replicasets": "ReplicaSet", "jobs": "Job",
}

// An API that lists these objects and has nothing new to tell to those who watch. Selectors are read by the
// library that an API server reads them with; the fields are those that it knows of each kind.
func serve(objects []object) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		kind, known := kinds[parts[len(parts)-1]]
		query := r.URL.Query()
		switch {
		case !known:
			status(w, 404, "NotFound")
			return
		case query.Get("sendInitialEvents") != "":
			status(w, 422, "Invalid")
			return
		case query.Get("watch") != "":
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		namespace := ""
		for at, part := range parts[:len(parts)-1] {
			if part == "namespaces" {
				namespace = parts[at+1]
			}
		}
		byLabel, err := labels.Parse(query.Get("labelSelector"))
		if err != nil {
			status(w, 400, "BadRequest")
			return
		}
		byField, err := fields.ParseSelector(query.Get("fieldSelector"))
		if err != nil {
			status(w, 400, "BadRequest")
			return
		}
		items := []object{}
		version := ""
		for _, item := range objects {
			if item["kind"] != kind {
				continue
			}
			of := fieldsOf(kind, item)
			for _, requirement := range byField.Requirements() {
				if !of.Has(requirement.Field) {
					status(w, 400, "BadRequest")
					return
				}
			}
			own := labels.Set{}
			for name, value := range within(item, "metadata", "labels") {
				own[name] = value.(string)
			}
			if (namespace == "" || text(item, "metadata", "namespace") == namespace) && byLabel.Matches(own) && byField.Matches(of) {
				items = append(items, item)
			}
			version, _ = item["apiVersion"].(string)
		}
		if version == "" {
			version = map[bool]string{true: "v1", false: strings.Join(parts[1:min(3, len(parts))], "/")}[parts[0] == "api"]
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(object{
			"apiVersion": version, "kind": kind + "List", "metadata": object{"resourceVersion": "10"}, "items": items,
		})
	}))
}

func status(w http.ResponseWriter, code int, reason string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(object{"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": reason})
}

// What an API server lets a field selector ask for, by kind (`ToSelectableFields` of each registry).
func fieldsOf(kind string, item object) fields.Set {
	set := fields.Set{"metadata.name": text(item, "metadata", "name")}
	if kind != "Node" && kind != "Namespace" {
		set["metadata.namespace"] = text(item, "metadata", "namespace")
	}
	switch kind {
	case "Pod":
		for _, path := range [][]string{
			{"spec", "nodeName"}, {"spec", "restartPolicy"}, {"spec", "schedulerName"}, {"spec", "serviceAccountName"},
			{"status", "phase"}, {"status", "podIP"}, {"status", "nominatedNodeName"},
		} {
			set[strings.Join(path, ".")] = text(item, path...)
		}
		host := within(item, "spec")["hostNetwork"]
		set["spec.hostNetwork"] = map[bool]string{true: "true", false: "false"}[host == true]
	case "Node":
		unschedulable := within(item, "spec")["unschedulable"]
		set["spec.unschedulable"] = map[bool]string{true: "true", false: "false"}[unschedulable == true]
	case "Service":
		set["spec.clusterIP"] = text(item, "spec", "clusterIP")
		set["spec.type"] = text(item, "spec", "type")
	case "Namespace":
		set["status.phase"] = text(item, "status", "phase")
	}
	return set
}

func within(item object, path ...string) object {
	for _, key := range path {
		item, _ = item[key].(object)
	}
	return item
}

func text(item object, path ...string) string {
	last := len(path) - 1
	value, _ := within(item, path[:last]...)[path[last]].(string)
	return value
}
